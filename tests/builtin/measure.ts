import type { MethodId } from "../../src/shared/methods";
import {
  builtInDefaults,
  openBuiltIn,
  type OpenModel,
  readHeldOut,
  readSamples,
  type Sample,
} from "./built-in";
import { planExperiment, runExperiment, scoreAnswers, startState } from "./experiment";

/**
 * Trains the built-in model on its sample datasets with the page's defaults, using the engine directly, and counts
 * held-out answers that pass their checks: `node tests/run.mjs tests/builtin/measure.ts [dataset/method …]`.
 */
export async function main(wanted: string[]): Promise<number> {
  const model = await openBuiltIn();
  console.log(
    `| dataset | method | steps | seconds | tokens/s | held-out loss | before | after |\n| --- | --- | --- | --- | --- | --- | --- | --- |`,
  );
  for (const sample of readSamples()) {
    if (sample.language !== "en") continue;
    for (const method of Object.keys(builtInDefaults()) as MethodId[]) {
      const name = `${sample.id}/${method}`;
      if (wanted.length > 0 ? !wanted.includes(name) : method !== "lora" && sample.id !== "pirate") continue;
      await measure(model, sample, method);
    }
  }
  return 0;
}

async function measure(model: OpenModel, sample: Sample, method: MethodId): Promise<void> {
  const experiment = planExperiment(model, sample, method, builtInDefaults()[method]);
  const prompts = readHeldOut(sample);
  const before = await scoreAnswers(model, null, prompts);
  const state = await startState(experiment);
  const { losses, seconds, tokens } = await runExperiment(experiment, state, 5);
  const after = await scoreAnswers(model, state, prompts);
  state.destroy();
  const cells = [
    sample.id,
    method,
    experiment.data.totalSteps,
    seconds.toFixed(1),
    (tokens / seconds).toFixed(0),
    losses.map((loss) => loss.toFixed(2)).join(" "),
    `${before} %`,
    `${after} %`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
