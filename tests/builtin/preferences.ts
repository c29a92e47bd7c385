import { encodeLabelled, encodePair } from "../../src/data/encode/encode-row";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import { trainingLoop } from "../../src/engine/train/loop";
import { bindObjective } from "../../src/engine/train/objectives";
import { Trainer } from "../../src/engine/train/trainer";
import { makeRng } from "../../src/lib/rng";
import { defaultValues } from "../../src/shared/fields";
import { methodSpecs } from "../../src/shared/methods";
import { OBJECTIVE_IDS, type ObjectiveId, objectiveSpecs } from "../../src/shared/objectives";
import { presetTraining } from "../../src/shared/presets";
import type { PreferenceReport } from "../../src/shared/run-history";
import type { Row } from "../../src/shared/rows";
import { type RunConfig, trainingFields, type TrainingOptions } from "../../src/shared/training";
import { prepareReferences } from "../../src/worker/references";
import { trainerOptions, withLearnedPrompt } from "../../src/worker/run-setup";
import { planTrainingData } from "../../src/worker/training-data";
import { builtInDefaults, openBuiltIn, type OpenModel, readPublic } from "./built-in";

interface Pair {
  readonly prompt?: string;
  readonly instruction?: string;
  readonly chosen?: string;
  readonly output?: string;
  readonly rejected: string;
}

function toRow({ prompt, instruction, chosen, output, rejected }: Pair): Row {
  const answer = (text: string) => [{ role: "assistant" as const, text }];
  return {
    kind: "preference",
    prompt: [{ role: "user", text: prompt ?? instruction ?? "" }],
    chosen: answer(chosen ?? output ?? ""),
    rejected: answer(rejected),
  };
}

/**
 * Trains the built-in model to prefer short answers, with the page's defaults, and prints the rewards of held-out
 * pairs. Takes names of objectives, default DPO, and `--part 0.4` to stop after this part of the run. Returns 1 if fewer
 * than nine in ten held-out pairs are ranked correctly.
 */
export async function main(words: string[]): Promise<number> {
  const ids = OBJECTIVE_IDS.filter((id) => words.includes(id));
  const part = words.includes("--part") ? Number(words[words.indexOf("--part") + 1]) : 1;
  const model = await openBuiltIn();
  let worst = 1;
  for (const id of ids.length > 0 ? ids : (["dpo"] as const)) {
    const measured = await learn(model, id, part);
    worst = Math.min(worst, measured.at(-1)?.accuracy ?? 0);
  }
  return worst >= 0.9 ? 0 : 1;
}

/** Trains with an objective; returns the measures of the held-out pairs before and after. */
async function learn(
  { engine, tokenizer }: OpenModel,
  id: ObjectiveId,
  part: number,
): Promise<PreferenceReport[]> {
  const own = builtInDefaults().lora ?? {};
  const base = { ...defaultValues(trainingFields), ...own };
  const adapter = methods.lora.bind({ ...defaultValues(methodSpecs.lora.fields), ...own }, engine.spec);
  const objective = { id, options: defaultValues(objectiveSpecs[id].fields) };
  const bound = bindObjective(objective);
  const [train = [], held = []] = ["short-answers.json", "short-answers.heldout.json"].map((file) =>
    readPublic<Pair[]>("datasets", file).flatMap((pair) => {
      const input = [toRow(pair), "chat", tokenizer, Number(base.maxLength)] as const;
      if (objectiveSpecs[id].compares === "labels") return encodeLabelled(...input);
      return bound.compares === "pairs" && bound.learnsPrompt
        ? withLearnedPrompt(encodePair(...input))
        : encodePair(...input);
    }),
  );
  const facts = { rows: train.length, hasValidationFile: true, stepMs: null, isRateForShortRuns: true };
  const training = presetTraining("balanced", base, facts) as unknown as TrainingOptions;
  const data = planTrainingData(train, training, adapter, false, { validation: held });
  const { signal } = new AbortController();
  const session = { model: { engine } } as Parameters<typeof prepareReferences>[0]["session"];
  const config = { objective } as unknown as RunConfig;
  const tell = (): void => undefined;
  const start = (): Promise<null> => Promise.resolve(null);
  await prepareReferences({ session, setup: { config, data }, kept: undefined, start, tell, signal });
  const context = initContext(engine.tensors, makeRng(training.seed, data.trainRows), () => []);
  const state = AdapterState.of(engine.gpu, adapter, await initialValues(adapter, context));
  const trainer = await Trainer.create(engine, state, trainerOptions(training, data, bound));
  const plan = {
    ...training,
    totalSteps: data.totalSteps,
    batches: data.batches,
    epoch: data.epoch,
    validation: data.validation,
    validateEvery: training.evalSteps,
  };
  const measured: PreferenceReport[] = [];
  console.log(`${id}: ${data.totalSteps} steps`);
  for await (const report of trainingLoop(trainer, plan)) {
    if (report.type !== "validation" || !report.preference) continue;
    measured.push(report.preference);
    const { accuracy, chosenReward, rejectedReward } = report.preference;
    const rewards = [chosenReward, rejectedReward]
      .map((reward) => reward?.toFixed(3) ?? "none")
      .join(" and ");
    console.log(
      `${id}, step ${report.step}: loss ${report.loss.toFixed(4)}, held-out accuracy ${(100 * accuracy).toFixed(1)} %, rewards ${rewards}`,
    );
    if (report.step >= part * data.totalSteps) break;
  }
  trainer.destroy();
  state.destroy();
  return measured;
}
