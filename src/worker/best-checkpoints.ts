import { LuthierError } from "../lib/errors";
import { newId } from "../lib/id";
import { deleteAdapter, findAdapter } from "../storage/adapters";
import { type NewAdapter, saveNow } from "./kept-adapter";
import type { Session } from "./session";

interface Checkpoint {
  readonly id: string;
  /** Lower is better: the validation loss, or what the run is told to compare by. */
  readonly figure: number;
}

/** Keeps copies of the adapter at the validations that are best, up to a maximum number. */
export class BestCheckpoints {
  readonly #session: Session;
  readonly #emit: Session["emit"];
  readonly #limit: number;
  /** Best first. */
  #kept: readonly Checkpoint[];

  private constructor(session: Session, emit: Session["emit"], limit: number, kept: readonly Checkpoint[]) {
    this.#session = session;
    this.#emit = emit;
    this.#limit = limit;
    this.#kept = kept;
  }

  /**
   * @param known ids of those kept before the run was interrupted
   * @param figureOf what was measured after a step
   */
  static async open(
    session: Session,
    emit: Session["emit"],
    limit: number,
    known: readonly string[],
    figureOf: (step: number) => number | undefined,
  ): Promise<BestCheckpoints> {
    const found = await Promise.all(known.map((id) => findAdapter(id)));
    const kept = found
      .filter((adapter) => adapter !== null)
      .map(({ id, steps, validationLoss }) => ({
        id,
        figure: figureOf(steps) ?? validationLoss ?? Infinity,
      }));
    return new BestCheckpoints(
      session,
      emit,
      limit,
      kept.toSorted((a, b) => a.figure - b.figure),
    );
  }

  get ids(): readonly string[] {
    return this.#kept.map(({ id }) => id);
  }

  /** Saves a copy of the adapter if its figure is among the lowest. If storage is full, the log says so. */
  async offer(adapter: NewAdapter, step: number, figure: number): Promise<void> {
    const worst = this.#kept.at(-1);
    const isFull = this.#kept.length >= this.#limit;
    if (this.#limit === 0 || (isFull && worst && figure >= worst.figure)) return;
    const id = newId();
    const name = `${adapter.summary.name} · ${step}`;
    try {
      await saveNow(this.#session, { ...adapter, summary: { ...adapter.summary, id, name } });
      const kept = [...this.#kept, { id, figure }].sort((a, b) => a.figure - b.figure);
      this.#kept = kept.slice(0, this.#limit);
      for (const { id: surplus } of kept.slice(this.#limit)) await deleteAdapter(surplus);
    } catch (error) {
      if (!(error instanceof LuthierError) || error.code !== "storage") throw error;
      this.#emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
    }
  }
}
