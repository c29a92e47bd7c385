import { OPTIMIZER_FILE } from "../../formats/peft-folder";
import type { StreamedFile } from "../../formats/zip";
import { defined } from "../../lib/invariant";
import type { Problem } from "../../lib/problems/problem";
import type { TrainerGap } from "../../shared/exports";
import { baseGaps, measuringGaps } from "../elsewhere/base-gaps";
import { hasDropout } from "../elsewhere/trainer-source";
import type { ExportEntry, ExportSource } from "../entry";
import { hostTensorFile, peftFiles } from "../peft";
import { accelerateConfigs } from "../script/accelerate";
import { dataFiles } from "../script/data-files";
import losses from "../script/python/losses.py?raw";
import preferences from "../script/python/preferences.py?raw";
import rayTrain from "../script/python/ray_train.py?raw";
import runData from "../script/python/run_data.py?raw";
import train from "../script/python/train.py?raw";
import { launchLine, type ScriptFacts, scriptReadme } from "../script/readme";
import { requirements } from "../script/requirements";
import { hasObjective, runFile, trainingLibrary } from "../script/run-file";
import { jsonFile, textFile, wholeFile } from "../streamed-file";
import type { TrainingRun } from "../training-run";

/** The run as a Python script, with everything that it computes on. */
export const trainingScriptEntry: ExportEntry = {
  id: "training-script",
  kind: "folder",
  readers: () => ["transformers", "PEFT", "TRL", "Accelerate", "DeepSpeed", "Ray Train"],
  blocker: scriptBlocker,
  types: () => [null],
  notes: () => [],
  sizeBytes: ({ adapterBytes, training }) => 2 * adapterBytes + DATA_TIMES * (training?.dataBytes ?? 0),
  async files(source) {
    const run = await defined(source.training, "a run").load();
    const optimizer = await source.optimizer();
    const facts = { ...scriptFacts(source), hasOptimizer: optimizer !== null, losses: run.losses.length };
    return [
      ...pythonFiles(run),
      textFile("requirements.txt", requirements(facts.needsTrl)),
      textFile("README.md", scriptReadme(facts)),
      ...Object.entries(accelerateConfigs(run.training)).map(([name, text]) =>
        textFile(`accelerate/${name}`, text),
      ),
      jsonFile("run.json", runFile(source, run)),
      ...(await dataFiles(run)),
      ...startFiles(source, run),
      ...(facts.hasTrained
        ? [wholeFile("page/trained.safetensors", hostTensorFile(await source.values()))]
        : []),
      ...(optimizer ? [wholeFile(`page/${OPTIMIZER_FILE}`, optimizer)] : []),
    ];
  },
  usage(source, name) {
    const lines = [`cd path/to/${name}`, "pip install -r requirements.txt", launchLine(scriptFacts(source))];
    return { language: "shell", code: lines.join("\n") };
  },
  gaps: (source) => scriptFacts(source).gaps,
};

/** A row is written as it is and as tokens. */
const DATA_TIMES = 4;

function scriptBlocker({ training, run, adapter, methodId, model }: ExportSource): Problem | null {
  if (!training || !run) return { code: "export/no-run" };
  if (training.problem) return training.problem;
  if (trainingLibrary(adapter) === null) return { code: "export/method-not-in-script", method: methodId };
  const { objective = null } = run.config;
  if (objective && !hasObjective(objective.id, model.spec))
    return { code: "export/objective-not-in-trainer", objective: objective.id, tool: "script" };
  return null;
}

function scriptFacts(source: ExportSource): ScriptFacts & { readonly needsTrl: boolean } {
  const { run, base } = source;
  return {
    knowsBase: base.repository !== null && !source.folder.gguf,
    hasTrained: (run?.steps ?? 0) > 0,
    hasOptimizer: false,
    losses: 0,
    gaps: scriptGaps(source),
    needsTrl: Boolean(run?.config.objective),
  };
}

function scriptGaps(source: ExportSource): TrainerGap[] {
  const { config } = source.run ?? {};
  const draws = dropsOut(source) ? (["dropout-draws"] as const) : [];
  const packs = config?.training.packing ? (["packing-undone"] as const) : [];
  return [...draws, ...packs, ...measuringGaps(config?.training), ...baseGaps(source)];
}

/** Whether elements are dropped out at random, of the adapter or of the base model. */
function dropsOut({ adapter, run, folder }: ExportSource): boolean {
  const isOn = (value: unknown): boolean => typeof value === "number" && value > 0;
  const own = Object.entries(adapter.config).some(([key, value]) => /dropout/.test(key) && isOn(value));
  return own || (run?.config.training.baseModelDropout === true && hasDropout({ folder }));
}

function pythonFiles({ config }: TrainingRun): StreamedFile[] {
  return [
    textFile("train.py", train),
    textFile("run_data.py", runData),
    textFile("losses.py", losses),
    ...(config.objective ? [textFile("preferences.py", preferences)] : []),
    textFile("ray_train.py", rayTrain),
  ];
}

/** The adapter's configuration and all values that the run starts with, under the names of its parameters. */
function startFiles({ base }: ExportSource, { adapter, start, startOptimizer }: TrainingRun): StreamedFile[] {
  const files = peftFiles(adapter, start, base.repository ?? base.title);
  const config = defined(
    files.get(adapter.configFile ?? "adapter_config.json"),
    "the adapter's configuration",
  );
  return [
    wholeFile("adapter/adapter_config.json", config),
    wholeFile("adapter/initial.safetensors", hostTensorFile(start)),
    ...(startOptimizer ? [wholeFile(`adapter/${OPTIMIZER_FILE}`, startOptimizer)] : []),
  ];
}
