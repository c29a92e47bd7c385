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
import type { ScoreProblems } from "./score-problems";
import type { SettingsProblems } from "./settings-problems";
import type { StorageProblems } from "./storage-problems";
import type { TokenizerProblems } from "./tokenizer-problems";
import type { ValueProblems } from "./value-faults";
import type { WorkerProblems } from "./worker-problems";
import type { WorkProblems } from "./work-problems";

/**
 * All problems shown to people, as codes with the facts their sentences need. Facts are data (names, numbers with the
 * unit in their name, lists). The sentences are in `src/ui/text`, exactly one per code, enforced by the compiler. Each
 * part of the studio has a file here, and its codes start with its name.
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
    ScoreProblems,
    SettingsProblems,
    StorageProblems,
    TokenizerProblems,
    ValueProblems,
    WorkerProblems,
    WorkProblems {}

export type ProblemCode = keyof Problems;

/** A problem: its code and facts. */
export type Problem<Code extends ProblemCode = ProblemCode> = {
  readonly [C in Code]: { readonly code: C } & Problems[C];
}[Code];

/** The area of a problem code: "storage" of "storage/full", or the whole code if it has no slash. */
export type ProblemArea = ProblemCode extends infer Code
  ? Code extends `${infer Area}/${string}`
    ? Area
    : Code
  : never;

/** The area of a problem. */
export function problemArea(problem: Problem): ProblemArea {
  // The part before the slash is an area by definition of the type.
  return problem.code.split("/", 1)[0] as ProblemArea;
}
