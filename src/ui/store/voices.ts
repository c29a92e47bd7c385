import type { AdapterSummary } from "../../shared/adapter";
import type { Side } from "../../shared/generation";
import type { Answer, Turn, Voice, Voices } from "./state";

/** The voice of an adapter beside the model's weights. */
export function adapterVoice(adapterId: string): Voice {
  return { adapterId, merged: false };
}

/** The voice of the model with that adapter merged into its weights. */
export function mergedVoice(adapterId: string): Voice {
  return { adapterId, merged: true };
}

export function isSameVoice(a: Voice | null, b: Voice | null): boolean {
  return a?.adapterId === b?.adapterId && a?.merged === b?.merged;
}

/** Ids of the adapters whose merged weights a side speaks from. */
export function mergedIds({ before, after }: Voices): string[] {
  return [before, after].flatMap((voice) => (voice?.merged ? [voice.adapterId] : []));
}

/** Whether the two sides are one adapter, once beside the weights and once merged into them. */
export function isMergedPair({ before, after }: Voices): boolean {
  return before !== null && before.adapterId === after?.adapterId && before.merged !== after.merged;
}

/** What is compared at first: the base, and the latest adapter once there is one. */
export const baseOnly: Voices = { before: null, after: null };

/** Voices with those that are gone replaced: by the base on the left, by the latest adapter on the right. */
export function fitVoices(voices: Voices, adapters: readonly AdapterSummary[]): Voices {
  const isKnown = (voice: Voice): boolean =>
    adapters.some(({ id, merges }) => id === voice.adapterId && (merges || !voice.merged));
  const before = voices.before && isKnown(voices.before) ? voices.before : null;
  const { after } = voices;
  const isKept = after ? isKnown(after) && !isSameVoice(after, before) : before !== null;
  if (isKept) return { before, after };
  const latest = adapters.find(({ id }) => !isSameVoice(adapterVoice(id), before));
  return { before, after: latest ? adapterVoice(latest.id) : null };
}

/** Voices after a choice on one side; choosing what the other side has exchanges the two. */
export function chooseVoice(voices: Voices, side: Side, voice: Voice | null): Voices {
  const other = side === "before" ? "after" : "before";
  const chosen = { ...voices, [side]: voice };
  return isSameVoice(voices[other], voice) ? { ...chosen, [other]: voices[side] } : chosen;
}

/** What the voice of a side said in a turn, wherever it stood then; null when it was not asked. */
export function answerOf(turn: Turn, voices: Voices, side: Side): Answer | null {
  if (side === "after" && isSameVoice(voices.after, voices.before)) return null;
  if (isSameVoice(turn.voices.before, voices[side])) return turn.before;
  return isSameVoice(turn.voices.after, voices[side]) ? turn.after : null;
}
