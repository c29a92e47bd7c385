import type { AdapterSummary } from "../../protocol/commands";
import type { Side } from "../../spec/generation";
import type { Answer, Turn, Voices } from "./state";

/** What is compared at first: the base, and the latest adapter once there is one. */
export const baseOnly: Voices = { before: null, after: null };

/** Voices with those that are gone replaced: by the base on the left, by the latest adapter on the right. */
export function fitVoices(voices: Voices, adapters: readonly AdapterSummary[]): Voices {
  const known = (id: string | null): boolean => adapters.some((adapter) => adapter.id === id);
  const before = known(voices.before) ? voices.before : null;
  const baseIsMeant = voices.after === null && before !== null;
  if (baseIsMeant || (known(voices.after) && voices.after !== before)) return { before, after: voices.after };
  return { before, after: adapters.find(({ id }) => id !== before)?.id ?? null };
}

/** Voices after a choice on one side; choosing what the other side has exchanges the two. */
export function chooseVoice(voices: Voices, side: Side, id: string | null): Voices {
  const other = side === "before" ? "after" : "before";
  const chosen = { ...voices, [side]: id };
  return voices[other] === id ? { ...chosen, [other]: voices[side] } : chosen;
}

/** What the voice of a side said in a turn, wherever it stood then; null when it was not asked. */
export function answerOf(turn: Turn, voices: Voices, side: Side): Answer | null {
  if (side === "after" && voices.after === voices.before) return null;
  if (turn.voices.before === voices[side]) return turn.before;
  return turn.voices.after === voices[side] ? turn.after : null;
}
