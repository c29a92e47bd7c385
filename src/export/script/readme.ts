import type { TrainerGap } from "../../shared/exports";
import { gapList } from "../elsewhere/gaps";
import { RAY } from "./requirements";

/** Facts for the script's README. */
export interface ScriptFacts {
  /** Whether train.py knows where the base model is. */
  readonly knowsBase: boolean;
  readonly hasTrained: boolean;
  readonly hasOptimizer: boolean;
  readonly losses: number;
  readonly gaps: readonly TrainerGap[];
}

const base = ({ knowsBase }: ScriptFacts): string => (knowsBase ? "" : " --model path/to/base-model");

/** The command that trains on one GPU. */
export function launchLine(facts: ScriptFacts): string {
  return `accelerate launch --config_file accelerate/one-gpu.yaml train.py${base(facts)}`;
}

/** README.md of the script's folder. */
export function scriptReadme(facts: ScriptFacts): string {
  const model = base(facts);
  const launch = (config: string, rest = ""): string =>
    shell(`accelerate launch --config_file accelerate/${config}.yaml${rest} train.py${model}`);
  return (
    [
      "# The same run elsewhere",
      "This folder trains what Luthier trained in the browser: the same tokens and masks, order of batches, learning rates, clipping and loss, from the same values. The result is in `trained/adapter`.",
      ...(facts.knowsBase
        ? []
        : ["Replace `path/to/base-model` with the folder or the repository of the base model."]),
      shell("pip install -r requirements.txt"),
      "## One GPU",
      launch("one-gpu"),
      ...(facts.losses > 0
        ? [
            `\`run.json\` has the losses of the first ${facts.losses} steps in the browser, and each step prints its own beside them. To stop with an error where they differ:`,
            shell(
              `accelerate launch --config_file accelerate/one-gpu.yaml train.py${model} --steps 20 --check 1e-3`,
            ),
          ]
        : []),
      "## Several GPUs",
      "Each process computes its share of every micro-batch, so that steps and losses stay the same; batches need at least as many rows as there are GPUs.",
      launch("several-gpus", " --num_processes 4"),
      "## FSDP2",
      "For models that do not fit on one GPU, the weights are sharded:",
      launch("fsdp2", " --num_processes 4"),
      "## DeepSpeed ZeRO-3",
      shell("pip install deepspeed"),
      launch("deepspeed-zero3", " --num_processes 4"),
      "## Ray Train",
      `On a cluster, the folder has to be at the same path on all machines.`,
      shell(`pip install "${RAY}"\npython ray_train.py --workers 4 --gpu${model && ` --${model}`}`),
      "## Without a GPU",
      shell(`accelerate launch --num_processes 2 --cpu train.py${model} --cpu`),
      "## Options",
      "`--dtype bfloat16` loads the base model in half precision, `--four-bit` in NF4 (with bitsandbytes), `--steps` ends earlier, `--out` names another folder. `python train.py --help` lists all.",
      ...(facts.hasTrained
        ? ["## Going on", goingOn(facts), launch("one-gpu").replace(/\n```$/, " --from-page\n```")]
        : []),
      "## Files",
      FILES,
      "## The way back",
      "Drop `adapter_config.json` and `adapter_model.safetensors` of `trained/adapter` on Luthier's Export step to compare the result with the base model.",
      "## What differs",
      facts.gaps.length > 0 ? gapList(facts.gaps) : "Nothing but the rounding of sums.",
    ].join("\n\n") + "\n"
  );
}

function goingOn({ hasOptimizer }: ScriptFacts): string {
  const state = hasOptimizer ? " and the optimizer's state (leave it out with `--new-optimizer`)" : "";
  return `\`--from-page\` starts from the adapter as it was trained in the browser${state}: a stopped run goes on where it stopped; after a finished one all steps are trained once more.`;
}

const FILES = [
  "- `run.json`: options, schedule, and the losses in the browser",
  "- `data/rows.jsonl`: the dataset's rows, with their split",
  "- `data/tokens.jsonl`: their tokens under the run's template and maximum length, with the ranges that are learned; those that were mixed in from another dataset are marked",
  "- `data/batches.jsonl`: for each optimizer step its micro-batches, by the rows' places among those of the split `train`",
  "- `adapter/`: the adapter's configuration and the values that the run starts with",
  "- `page/`: the adapter as trained in the browser",
].join("\n");

function shell(code: string): string {
  return `\`\`\`sh\n${code}\n\`\`\``;
}
