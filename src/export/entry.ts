import type { Adapter, BaseChange, HostTensor } from "../engine/adapters/common/method";
import type { LoadedModel } from "../engine/models/loaded-model";
import type { ModelFolder } from "../formats/model-folder";
import type { StreamedFile } from "../formats/zip";
import type { Problem } from "../lib/problems/problem";
import type { ExportId, ExportNote, ExportType, TrainerGap, UsageLines } from "../shared/exports";
import type { Tokenizer } from "../tokenizer/tokenizer";
import type { BaseFacts } from "./base-facts";
import type { CardRecord } from "./card-record";
import type { CardRun } from "./model-card";
import type { PromptFormat } from "./prompt-format";
import type { MethodId } from "../shared/methods";
import type { TrainingOffer } from "./training-run";

/** An adapter and its base model, as input of exports; tensors are read on demand. */
export interface ExportSource {
  readonly model: Pick<LoadedModel, "spec" | "tensors">;
  readonly folder: Pick<ModelFolder, "config" | "generationConfig" | "tokenizer" | "gguf">;
  readonly tokenizer: Tokenizer;
  readonly base: BaseFacts;
  readonly adapter: Adapter;
  readonly adapterName: string;
  readonly methodId: MethodId;
  readonly trainableParameters: number;
  /** Approximate size of the adapter's own tensors. */
  readonly adapterBytes: number;
  readonly run: CardRun | null;
  /** Prompt format and end tokens. */
  readonly prompt: PromptFormat;
  values(): Promise<ReadonlyMap<string, HostTensor>>;
  /** Changes to the base tensors when merging. Errors: the method does not merge. */
  changes(): Promise<ReadonlyMap<string, BaseChange>>;
  /** The run that it comes from, to be repeated elsewhere; null for imported adapters. */
  readonly training: TrainingOffer | null;
  /** What was recorded of the run; null if nothing is left of it. */
  record(): Promise<CardRecord | null>;
  /** Optimizer state as a file; null if not kept. */
  optimizer(): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Options of an export. */
export interface ExportChoice {
  readonly type: ExportType | null;
  /** File name without extension, or folder name. */
  readonly name: string;
  readonly withOptimizer: boolean;
}

/** An export format. */
export interface ExportEntry {
  readonly id: ExportId;
  readonly kind: "file" | "folder";
  /** Programs that load it. */
  readers(source: ExportSource): readonly string[];
  /** Why it is impossible for this adapter, or null. */
  blocker(source: ExportSource): Problem | null;
  /** Available data types, the recommended one first; [null] if there is no choice. */
  types(source: ExportSource): readonly (ExportType | null)[];
  notes(source: ExportSource, type: ExportType | null): readonly ExportNote[];
  /** Its files, generated while being read. Call only without a blocker. */
  files(source: ExportSource, choice: ExportChoice): Promise<readonly StreamedFile[]>;
  /** Approximate size, if not known before generation. */
  sizeBytes?(source: ExportSource): number;
  /** Code that uses the export under the given name. */
  usage(source: ExportSource, name: string): UsageLines | null;
  /** For other trainers: what they do otherwise than the run. */
  gaps?(source: ExportSource): readonly TrainerGap[];
}
