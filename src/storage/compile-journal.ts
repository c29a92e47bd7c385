import { del, delMany, entries, set } from "idb-keyval";
import { newId } from "../lib/id";
import { openStore, putAll } from "./database";
import { holdLock, ifUnlocked } from "./locks";

const store = openStore("luthier-compilations", "compilations");

/** How long a crashing kernel is avoided, unless browser or GPU change. */
const REMEMBERED_MS = 7 * 24 * 3600 * 1000;

/** Compilations in progress in one worker. */
interface OpenCompilation {
  readonly gpu: string;
  readonly keys: readonly string[];
}

type Verdict = "suspect" | "fatal";

/**
 * Records which kernels are being compiled, to identify those that crash the GPU or the tab at the next start: first as
 * one of several suspects, then, compiled alone, as fatal. Storage failures are ignored; compilation continues
 * unrecorded.
 */
export class StoredCompileJournal {
  /** Kernels that crashed the GPU when compiled alone. */
  readonly fatal: ReadonlySet<string>;
  /** Kernels compiled together during a crash. */
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
   * Loads the journal and evaluates the records of earlier workers.
   *
   * @param gpu identifies GPU and browser version; records of others are ignored
   */
  static async open(gpu: string, now = Date.now()): Promise<StoredCompileJournal> {
    try {
      await evaluateOpen(now);
      const { fatal, suspect } = await loadVerdicts(gpu, now);
      return new StoredCompileJournal(gpu, fatal, suspect);
    } catch {
      return new StoredCompileJournal(gpu, new Set(), new Set());
    }
  }

  /** Records that kernels are about to be compiled; resolves once the record is durable. */
  begin(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#open.add(key);
    return this.#write(() => this.#note());
  }

  /** Records that compilation succeeded. */
  end(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#open.delete(key);
    return this.#write(async () => {
      await this.#note();
      await delMany(
        keys.map((key) => place("suspect", this.#gpu, key)),
        store,
      );
    });
  }

  /** After a device loss: leaves open records to be evaluated by the next journal. */
  async close(): Promise<void> {
    (await this.#release)();
  }

  #note(): Promise<void> {
    const at = ["open", this.#id];
    if (this.#open.size === 0) return del(at, store);
    return set(at, { gpu: this.#gpu, keys: [...this.#open] } satisfies OpenCompilation, store);
  }

  #write(work: () => Promise<void>): Promise<void> {
    this.#writes = this.#writes.then(work).catch(() => undefined);
    return this.#writes;
  }
}

function lockName(id: string): string {
  return `luthier compiling ${id}`;
}

function place(verdict: Verdict, gpu: string, key: string): [Verdict, string, string] {
  return [verdict, gpu, key];
}

/** Evaluates the open compilations of workers that no longer exist. */
async function evaluateOpen(now: number): Promise<void> {
  for (const [at, compilation] of await entries<IDBValidKey, OpenCompilation>(store)) {
    if (!Array.isArray(at) || at[0] !== "open") continue;
    await ifUnlocked(lockName(String(at[1])), async () => {
      const { gpu, keys } = compilation;
      const verdict = keys.length === 1 ? "fatal" : "suspect";
      await putAll(
        store,
        keys.map((key) => [place(verdict, gpu, key), now]),
      );
      await del(at, store);
    });
  }
}

/** Kernels by verdict for this GPU; expired verdicts are deleted. */
async function loadVerdicts(gpu: string, now: number): Promise<Record<Verdict, ReadonlySet<string>>> {
  const found = { fatal: new Set<string>(), suspect: new Set<string>() };
  for (const [at, time] of await entries<IDBValidKey, number>(store)) {
    if (!Array.isArray(at) || (at[0] !== "fatal" && at[0] !== "suspect")) continue;
    if (now - time > REMEMBERED_MS) await del(at, store);
    else if (at[1] === gpu) found[at[0]].add(String(at[2]));
  }
  return found;
}
