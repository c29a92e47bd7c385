import type { Problem } from "../../lib/problems/problem";
import type { TrainerTool } from "../../lib/problems/export-problems";
import type { TrainerGap } from "../../shared/exports";
import type { ObjectiveId } from "../../shared/objectives";
import type { ExportSource } from "../entry";
import { baseGaps, measuringGaps } from "./base-gaps";
import { loraFacts } from "./lora-facts";

/** Where the base model is, in files that people edit. */
export const BASE_PLACEHOLDER = "path/to/base-model";

export function baseName({ base }: Pick<ExportSource, "base">): string {
  return base.repository ?? BASE_PLACEHOLDER;
}

/** Why another trainer cannot take a run. */
export function trainerBlocker(
  { training, run, adapter, methodId, model }: ExportSource,
  tool: TrainerTool,
  objectives: readonly ObjectiveId[],
  methods: readonly string[],
): Problem | null {
  if (!training || !run) return { code: "export/no-run" };
  if (training.problem) return training.problem;
  const { objective = null } = run.config;
  if (model.spec.encoder) return { code: "export/encoder-not-in-trainer", tool };
  if (!methods.includes(methodId)) return { code: "export/method-not-in-trainer", method: methodId, tool };
  if (methodId === "lora" && loraFacts(adapter, run.config) === null)
    return { code: "export/method-not-in-trainer", method: methodId, tool };
  if (objective && !objectives.includes(objective.id))
    return { code: "export/objective-not-in-trainer", objective: objective.id, tool };
  return null;
}

/** What every trainer with its own loop does otherwise. */
export function loopGaps(source: ExportSource): TrainerGap[] {
  const { run, adapter } = source;
  const training = run?.config.training;
  const continues = run?.config.continueFrom ?? null;
  const found: [TrainerGap, boolean][] = [
    ["batch-order", true],
    ["start-values", adapter.config.peft_type !== undefined],
    ["dropout-draws", typeof adapter.config.lora_dropout === "number" && adapter.config.lora_dropout > 0],
    ["optimizer-state", continues !== null],
    ["packing-undone", training?.packing === true],
    ["base-dropout", training?.baseModelDropout === true && hasDropout(source)],
  ];
  return [
    ...found.filter(([, applies]) => applies).map(([gap]) => gap),
    ...measuringGaps(training),
    ...baseGaps(source),
  ];
}

/** Whether config.json of the base model sets dropout. */
export function hasDropout({ folder }: Pick<ExportSource, "folder">): boolean {
  return Object.entries(folder.config).some(
    ([key, value]) => /dropout|_pdrop$/.test(key) && typeof value === "number" && value > 0,
  );
}
