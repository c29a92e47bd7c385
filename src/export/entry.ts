import type { Adapter, BaseChange, HostTensor } from "../engine/adapters/common/method";
import type { LoadedModel } from "../engine/models/loaded-model";
import type { ModelFolder } from "../formats/model-folder";
import type { StreamedFile } from "../formats/zip";
import type { Problem } from "../lib/problems/problem";
import type { ExportId, ExportNote, ExportType, UsageLines } from "../shared/exports";
import type { Tokenizer } from "../tokenizer/tokenizer";
import type { BaseFacts } from "./base-facts";
import type { CardRun } from "./model-card";
import type { PromptManner } from "./prompt-manner";
import type { MethodId } from "../shared/methods";

/** An adapter and its base model, as exports are made of them; numbers are read when they are needed. */
export interface ExportSource {
  readonly model: Pick<LoadedModel, "spec" | "tensors">;
  readonly folder: Pick<ModelFolder, "config" | "generationConfig" | "tokenizer" | "gguf">;
  readonly tokenizer: Tokenizer;
  readonly base: BaseFacts;
  readonly adapter: Adapter;
  readonly adapterName: string;
  readonly methodId: MethodId;
  readonly trainableParameters: number;
  /** Bytes of the adapter's own tensors, about. */
  readonly adapterBytes: number;
  readonly run: CardRun | null;
  /** How the model is asked, and what ends its answers. */
  readonly prompt: PromptManner;
  values(): Promise<ReadonlyMap<string, HostTensor>>;
  /** What the adapter makes of the base's tensors. Errors: the method does not merge. */
  changes(): Promise<ReadonlyMap<string, BaseChange>>;
  /** The optimizer's state as a file, or null where none is kept. */
  optimizer(): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** What is chosen of an export. */
export interface ExportChoice {
  readonly type: ExportType | null;
  /** What the file is called without its ending, or the folder. */
  readonly name: string;
  readonly withOptimizer: boolean;
}

/** One thing to take along: a file of `entries`, and a line in the registry. */
export interface ExportEntry {
  readonly id: ExportId;
  readonly kind: "file" | "folder";
  /** Names of the programs that read it. */
  readers(source: ExportSource): readonly string[];
  /** What it cannot be made for, or null. */
  hindrance(source: ExportSource): Problem | null;
  /** How its numbers can be stored, the usual way first; [null] where there is nothing to choose. */
  types(source: ExportSource): readonly (ExportType | null)[];
  notes(source: ExportSource, type: ExportType | null): readonly ExportNote[];
  /** Its files, which are made while they are read. Asked only where nothing hinders it. */
  files(source: ExportSource, choice: ExportChoice): Promise<readonly StreamedFile[]>;
  /** Bytes of the files where they are not known before they are made, about. */
  sizeBytes?(source: ExportSource): number;
  /** The lines that use it, once it is saved under that name. */
  usage(source: ExportSource, name: string): UsageLines | null;
}
