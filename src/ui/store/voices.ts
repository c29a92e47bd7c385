import type { AdapterSummary } from "../../shared/adapter";
import { MAX_COLUMNS } from "../../shared/generation";
import type { Answer, StudioState, Turn, Voice, Voices } from "./state";

/** The voice of an unmerged adapter. */
export function adapterVoice(adapterId: string): Voice {
  return { adapterId, merged: false };
}

/** The voice of the model with that adapter merged in. */
export function mergedVoice(adapterId: string): Voice {
  return { adapterId, merged: true };
}

export function isSameVoice(a: Voice | null, b: Voice | null): boolean {
  return a?.adapterId === b?.adapterId && a?.merged === b?.merged;
}

type Library = Pick<StudioState, "adapters" | "lentAdapter">;

/** Cached result of {@link selectSpeakers}: a new list would count as a change. */
let speakers: (Library & { readonly list: readonly AdapterSummary[] }) | null = null;

/** Voices besides the base model: the adapter of a paused run, and the library. */
export function selectSpeakers({ adapters, lentAdapter }: Library): readonly AdapterSummary[] {
  if (!lentAdapter) return adapters;
  if (speakers?.adapters !== adapters || speakers.lentAdapter !== lentAdapter) {
    const list = [lentAdapter, ...adapters.filter(({ id }) => id !== lentAdapter.id)];
    speakers = { adapters, lentAdapter, list };
  }
  return speakers.list;
}

/** Ids of the merged adapters in use. */
export function mergedIds(voices: Voices): string[] {
  return voices.flatMap((voice) => (voice?.merged ? [voice.adapterId] : []));
}

/** Whether the only two columns are the same adapter, once unmerged and once merged. */
export function isMergedPair([left, right, ...others]: Voices): boolean {
  return others.length === 0 && !!left && left.adapterId === right?.adapterId && left.merged !== right.merged;
}

/** The initial comparison: the base model, and on the right the latest adapter once there is one. */
export const baseOnly: Voices = [null, null];

/** The second column's voice, used for scores and files of answers. */
export function rightVoice(voices: Voices): Voice | null {
  return voices[1] ?? null;
}

/** The columns to ask; of several with the same voice only the leftmost. */
export function askedVoices(voices: Voices): { readonly column: number; readonly voice: Voice | null }[] {
  return voices.flatMap((voice, column) => (columnOf(voices, voice) === column ? [{ column, voice }] : []));
}

function columnOf(voices: Voices, voice: Voice | null): number {
  return voices.findIndex((other) => isSameVoice(other, voice));
}

/**
 * Replaces the voices of missing adapters: by the base model on the left, by the latest adapter in the second column.
 * Further columns go with their adapters.
 */
export function fitVoices(voices: Voices, adapters: readonly AdapterSummary[]): Voices {
  const isKnown = (voice: Voice): boolean =>
    adapters.some(({ id, merges }) => id === voice.adapterId && (merges || !voice.merged));
  const [first = null, second = null, ...others] = voices;
  const left = first && isKnown(first) ? first : null;
  const isKept = second ? isKnown(second) && !isSameVoice(second, left) : left !== null;
  const latest = adapters.find(({ id }) => !isSameVoice(adapterVoice(id), left));
  const right = isKept ? second : latest ? adapterVoice(latest.id) : null;
  const fitted = [left, right, ...others.filter((voice) => voice === null || isKnown(voice))];
  return fitted.filter((voice, column) => column < 2 || columnOf(fitted, voice) === column);
}

/** Sets the voice of one column; choosing another column's voice swaps the two. */
export function chooseVoice(voices: Voices, column: number, voice: Voice | null): Voices {
  const other = columnOf(voices, voice);
  const chosen = voices.with(column, voice);
  return other < 0 || other === column ? chosen : chosen.with(other, voices[column] ?? null);
}

/** Adds a column with the first unused voice; null if there is none, or no room. */
export function withColumn(voices: Voices, adapters: readonly AdapterSummary[]): Voices | null {
  if (voices.length >= MAX_COLUMNS) return null;
  const all = [
    null,
    ...adapters.map(({ id }) => adapterVoice(id)),
    ...adapters.flatMap(({ id, merges }) => (merges ? [mergedVoice(id)] : [])),
  ];
  const voice = all.find((candidate) => columnOf(voices, candidate) < 0);
  return voice === undefined ? null : [...voices, voice];
}

/** A voice's answer in a turn, in whichever column; null if it was not asked. */
export function answerOf({ answers }: Pick<Turn, "answers">, voice: Voice | null): Answer | null {
  return answers.find((asked) => isSameVoice(asked.voice, voice))?.answer ?? null;
}

/** The answers of the columns in a turn; null for voices not asked, and for columns that repeat another's voice. */
export function columnAnswers(turn: Pick<Turn, "answers"> | null, voices: Voices): (Answer | null)[] {
  return voices.map((voice, column) =>
    turn && columnOf(voices, voice) === column ? answerOf(turn, voice) : null,
  );
}
