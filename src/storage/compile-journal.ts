import { del, delMany, entries, get, set } from "idb-keyval";
import { newId } from "../lib/id";
import { openStore, putAll } from "./database";
import { holdLock, ifUnlocked } from "./locks";

const store = openStore("luthier-compilations", "compilations");

/** How long a kernel that took the GPU down is left alone, unless browser or GPU change before. */
const REMEMBERED_MS = 7 * 24 * 3600 * 1000;

/** What one worker was compiling when it was last heard of. */
interface OpenCompilation {
  readonly gpu: string;
  readonly keys: readonly string[];
  /** Whether the worker saw the GPU being lost meanwhile. */
  readonly isLost?: boolean;
}

/** "struck" is a kernel that was compiled alone when its tab ended, which the person may have closed. */
type Verdict = "suspect" | "struck" | "fatal";

/**
 * Remembers kernels by their keys while they are compiled, so that one which takes the GPU or the whole tab down is known
 * at the next start: first as one of several suspects, then, compiled alone, as the one: at once where the GPU was lost,
 * and the second time where the tab ended, for a closed tab looks like a crashed one. Failures of storage are swallowed:
 * nothing is remembered then, and compiling goes on.
 */
export class StoredCompileJournal {
  /** Kernels that took the GPU down when they were compiled alone. */
  readonly fatal: ReadonlySet<string>;
  /** Kernels of which one took the GPU down. */
  readonly suspects: ReadonlySet<string>;
  readonly #gpu: string;
  readonly #id = newId();
  readonly #open = new Set<string>();
  readonly #release: Promise<() => void>;
  #writes: Promise<void> = Promise.resolve();

  private constructor(gpu: string, fatal: ReadonlySet<string>, suspects: ReadonlySet<string>) {
    this.#gpu = gpu;
    this.fatal = fatal;
    this.suspects = suspects;
    this.#release = holdLock(lockName(this.#id));
  }

  /**
   * Reads what earlier workers left behind.
   *
   * @param gpu names the GPU and the browser's version; of others nothing is believed
   */
  static async open(gpu: string, now = Date.now()): Promise<StoredCompileJournal> {
    try {
      await judgeOpen(now);
      const { fatal, suspect } = await recall(gpu, now);
      return new StoredCompileJournal(gpu, fatal, suspect);
    } catch {
      return new StoredCompileJournal(gpu, new Set(), new Set());
    }
  }

  /** Notes that these are about to be compiled; settles when the note would survive the tab. */
  begin(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#open.add(key);
    return this.#write(() => this.#note());
  }

  /** Notes that the GPU survived them. */
  end(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#open.delete(key);
    return this.#write(async () => {
      await this.#note();
      await delMany(
        keys.flatMap((key) => [place("suspect", this.#gpu, key), place("struck", this.#gpu, key)]),
        store,
      );
    });
  }

  /** Gives up what is still open to the next journal's judgement: after the loss of the device. */
  async close(): Promise<void> {
    await this.#write(() => this.#note(true));
    (await this.#release)();
  }

  #note(isLost = false): Promise<void> {
    const at = ["open", this.#id];
    if (this.#open.size === 0) return del(at, store);
    return set(at, { gpu: this.#gpu, keys: [...this.#open], isLost } satisfies OpenCompilation, store);
  }

  #write(work: () => Promise<void>): Promise<void> {
    this.#writes = this.#writes.then(work).catch(() => undefined);
    return this.#writes;
  }
}

function isVerdict(part: unknown): part is Verdict {
  return part === "suspect" || part === "struck" || part === "fatal";
}

function lockName(id: string): string {
  return `luthier compiling ${id}`;
}

function place(verdict: Verdict, gpu: string, key: string): [Verdict, string, string] {
  return [verdict, gpu, key];
}

/** Judges the compilations of workers that are no more. */
async function judgeOpen(now: number): Promise<void> {
  for (const [at, compilation] of await entries<IDBValidKey, OpenCompilation>(store)) {
    if (!Array.isArray(at) || at[0] !== "open") continue;
    await ifUnlocked(lockName(String(at[1])), async () => {
      const { gpu, keys } = compilation;
      const verdicts = await verdictsOf(compilation);
      await putAll(
        store,
        keys.flatMap((key) => verdicts.map((verdict) => [place(verdict, gpu, key), now] as const)),
      );
      await del(at, store);
    });
  }
}

async function verdictsOf({ gpu, keys, isLost = false }: OpenCompilation): Promise<readonly Verdict[]> {
  const [key, ...others] = keys;
  if (key === undefined || others.length > 0) return ["suspect"];
  const isStruck = (await get(place("struck", gpu, key), store)) !== undefined;
  return isLost || isStruck ? ["fatal"] : ["suspect", "struck"];
}

/** The kernels of each verdict on this GPU; verdicts that are too old are forgotten. */
async function recall(gpu: string, now: number): Promise<Record<Verdict, ReadonlySet<string>>> {
  const found = { fatal: new Set<string>(), suspect: new Set<string>(), struck: new Set<string>() };
  for (const [at, time] of await entries<IDBValidKey, number>(store)) {
    if (!Array.isArray(at) || !isVerdict(at[0])) continue;
    if (now - time > REMEMBERED_MS) await del(at, store);
    else if (at[1] === gpu) found[at[0]].add(String(at[2]));
  }
  return found;
}
