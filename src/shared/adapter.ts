import type { FolderFormat } from "./folder-format";
import type { MethodChoice } from "./methods";

/** Metadata of a stored adapter. */
export interface AdapterSummary {
  readonly id: string;
  readonly name: string;
  readonly method: MethodChoice;
  readonly origin: "trained" | "imported";
  /** Time of creation or last training, in milliseconds since 1970. */
  readonly savedAt: number;
  readonly trainableParameters: number;
  /** Approximate size of the exported adapter file. */
  readonly sizeBytes: number;
  /** Which software loads the export; absent (meaning PEFT) in data of earlier versions. */
  readonly format?: FolderFormat;
  /** Whether it can be merged into the model's weights. */
  readonly merges: boolean;
  /** Size of the optimizer state; 0 or absent if not kept. */
  readonly optimizerBytes?: number;
  readonly steps: number;
  readonly finalLoss: number | null;
  readonly validationLoss: number | null;
}
