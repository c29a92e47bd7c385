import type { FolderFormat } from "./folder-format";
import type { MethodChoice } from "./methods";

/** An adapter of a model, as the library keeps and shows it. */
export interface AdapterSummary {
  readonly id: string;
  readonly name: string;
  readonly method: MethodChoice;
  readonly origin: "trained" | "imported";
  /** When it was made or last trained: milliseconds since 1970. */
  readonly savedAt: number;
  readonly trainableParameters: number;
  /** Bytes of the exported adapter file, about. */
  readonly sizeBytes: number;
  /** Who reads its exported files; absent, for PEFT, in what was kept before this was. */
  readonly format?: FolderFormat;
  /** Whether it can become part of the model's own weights. */
  readonly merges: boolean;
  /** Bytes of the optimizer's state, with which training goes on exactly; 0 or absent where none is kept. */
  readonly optimizerBytes?: number;
  readonly steps: number;
  readonly finalLoss: number | null;
  readonly validationLoss: number | null;
}
