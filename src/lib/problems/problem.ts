import type { AdapterProblems } from "./adapter-problems";
import type { DataProblems } from "./data-problems";
import type { ExportProblems } from "./export-problems";
import type { FormProblems } from "./form-problems";
import type { FormatProblems } from "./format-problems";
import type { GgufProblems } from "./gguf-problems";
import type { EngineProblems } from "./engine-problems";
import type { HubProblems } from "./hub-problems";
import type { MethodProblems } from "./method-problems";
import type { ModelsProblems } from "./models-problems";
import type { ModelSizeProblems } from "./model-size-problems";
import type { PatternProblems } from "./pattern-problems";
import type { StorageProblems } from "./storage-problems";
import type { TokenizerProblems } from "./tokenizer-problems";
import type { ValueProblems } from "./value-faults";
import type { WorkerProblems } from "./worker-problems";
import type { WorkProblems } from "./work-problems";

/**
 * Everything that can be told to a person as a problem: a code and the facts that its sentence needs. Facts are data
 * (names, numbers with the unit in their name, lists); sentences are the page's matter (`src/ui/text`), which has exactly
 * one for each code, or does not compile. Each part of the studio has a file here; its codes begin with its name.
 */
export interface Problems
  extends
    AdapterProblems,
    DataProblems,
    EngineProblems,
    ExportProblems,
    FormProblems,
    FormatProblems,
    GgufProblems,
    HubProblems,
    MethodProblems,
    ModelsProblems,
    ModelSizeProblems,
    PatternProblems,
    StorageProblems,
    TokenizerProblems,
    ValueProblems,
    WorkerProblems,
    WorkProblems {
  /** A sentence that was made below the page: what has no code of its own yet. */
  readonly plain: { readonly kind: PlainKind; readonly what: string; readonly advice: string };
}

export type ProblemCode = keyof Problems;

/** One problem: its code and its facts. */
export type Problem<Code extends ProblemCode = ProblemCode> = {
  readonly [C in Code]: { readonly code: C } & Problems[C];
}[Code];

/** What callers tell problems apart by: "storage" of "storage/full", and whole codes without a part. */
export type ProblemArea =
  | PlainKind
  | (ProblemCode extends infer Code
      ? Code extends `${infer Area}/${string}`
        ? Area
        : Exclude<Code, "plain">
      : never);

/** The area of a problem. */
export function problemArea(problem: Problem): ProblemArea {
  if (problem.code === "plain") return problem.kind;
  // What stands before the slash is an area by the type's own definition.
  return problem.code.split("/", 1)[0] as ProblemArea;
}

/** The kinds of sentences without a code. */
export type PlainKind =
  | "data"
  | "file"
  | "format"
  | "model"
  | "adapter"
  | "config"
  | "gpu"
  | "out-of-memory"
  | "device-lost"
  | "diverged"
  | "storage"
  | "network"
  | "cancelled"
  | "internal";
