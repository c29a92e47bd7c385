import type { AdapterProblems, OptimizerFileFault } from "../../../../lib/problems/adapter-problems";
import type { ProblemTexts } from "./words";

const BASE_MODEL = "Load the base model that the adapter was trained on.";
const DAMAGED = "Load the base model that the adapter was trained on, or export the adapter again.";

const shape = (sizes: readonly number[]): string => `[${sizes.join(", ")}]`;

function optimizerFile(fault: OptimizerFileFault): string {
  switch (fault.kind) {
    case "no-header":
      return "does not say which adapter it belongs to";
    case "other-kind":
      return "is of an unknown kind or version";
    case "element-type":
      return `holds ${fault.tensor} of the type ${fault.dtype}`;
    case "values":
      return `has invalid numbers in ${fault.tensor}`;
    case "steps":
      return `counts ${fault.steps ?? "no"} steps`;
    case "option":
      return `has no value for ${fault.option}`;
  }
}

export const adapterProblems: ProblemTexts<AdapterProblems> = {
  "adapter/setting": ({ key, value }) => ({
    what: `adapter_config.json: ${key} is ${value}, which Luthier cannot load.`,
    advice: "Merge this adapter in PEFT, or train it without that setting.",
  }),
  "adapter/unknown-setting": ({ key, value }) => ({
    what: `adapter_config.json: ${key} is ${value}, and Luthier does not know that setting.`,
    advice: `Merge this adapter in the software that trained it. If ${key} changes nothing, take it out of adapter_config.json.`,
  }),
  "adapter/other-model": ({ key, value, expected }) => ({
    what: `adapter_config.json: ${key} is ${value}, and ${expected} in the model in use.`,
    advice: BASE_MODEL,
  }),
  "adapter/changed-base": ({ start }) => ({
    what: `adapter_config.json: init_lora_weights is ${start}, which means the adapter was trained on modified weights of the base model. They cannot be reconstructed from these files.`,
    advice:
      start === "loftq"
        ? "Merge the adapter in PEFT into the base model that LoftQ made. If that model is the one in use, set init_lora_weights to true in adapter_config.json."
        : "Save the adapter in PEFT with path_initial_model_for_weight_conversion, which turns it into a plain LoRA. If the model in use has the changed weights, set init_lora_weights to true in adapter_config.json.",
  }),
  "adapter/unknown-start": ({ start }) => ({
    what: `adapter_config.json: init_lora_weights is ${start}, and Luthier does not know that initialisation.`,
    advice:
      "If it leaves the weights of the base model as they are, set init_lora_weights to true in adapter_config.json. Otherwise merge this adapter in PEFT.",
  }),
  "adapter/other-task": ({ task, modelTask }) => ({
    what: `adapter_config.json: task_type is ${task}, and the model in use takes ${modelTask}.`,
    advice: BASE_MODEL,
  }),
  "adapter/unknown-method": ({ peftType, known }) => ({
    what: `adapter_config.json: peft_type is ${peftType ?? "missing"}, which Luthier cannot load.`,
    advice: `It loads these: ${known.join(", ")}. Merge another one in PEFT (merge_and_unload) and open the merged model.`,
  }),
  "adapter/mlx": ({ file }) => ({
    what: `${file} belongs to an adapter trained with MLX, which has its own format.`,
    advice: "Merge it with mlx_lm.fuse and open the merged model, or train the adapter with PEFT.",
  }),
  "adapter/folder-within": ({ folder }) => ({
    what: `There is more than one adapter: the folder itself and ${folder} inside it.`,
    advice: "Choose the files of one adapter only.",
  }),
  "adapter/folder-missing": ({ folder }) => ({
    what: `This adapter builds on another one, whose folder ${folder} is missing.`,
    advice: "Choose the whole folder, or its zip.",
  }),
  "adapter/parameter-shape": ({ parameter, found, expected }) => ({
    what: `The adapter's ${parameter} is ${found ? shape(found) : "missing"}; this model needs ${shape(expected)}.`,
    advice: BASE_MODEL,
  }),
  "adapter/unknown-parameter": ({ parameter, shape: sizes }) => ({
    what: `The adapter's ${parameter} is ${shape(sizes)}; this model has no place for it.`,
    advice: BASE_MODEL,
  }),
  "adapter/not-mergeable": () => ({
    what: "This method adds something that the model's weights cannot represent, so it cannot be merged.",
    advice: "Export the adapter itself.",
  }),
  "adapter/no-prompt": ({ tensor }) => ({
    what: `adapter_model.safetensors has no ${tensor}, which its adapter_config.json asks for.`,
    advice: "Check that both files belong to the same adapter.",
  }),
  "adapter/untargeted-tensor": ({ tensor }) => ({
    what: `The adapter's ${tensor} belongs to no layer that the adapter's options target.`,
    advice: DAMAGED,
  }),
  "adapter/index-count": ({ tensor }) => ({
    what: `The adapter's ${tensor} does not have a row and a column for each value.`,
    advice: DAMAGED,
  }),
  "adapter/index-range": ({ tensor, rows, columns }) => ({
    what: `The adapter's ${tensor} has indices outside the ${rows} × ${columns} matrix.`,
    advice: DAMAGED,
  }),
  "adapter/kept-type": ({ tensor, dtype }) => ({
    what: `The stored adapter's ${tensor} has the unsupported type ${dtype}.`,
    advice: "Train or import it again.",
  }),
  "adapter/optimizer-file": ({ file, fault }) => ({
    what: `${file} ${optimizerFile(fault)}.`,
    advice:
      "Take that file out of the folder or zip: the adapter loads without it, and training starts with a fresh optimizer.",
  }),
  "adapter/optimizer-freezes": ({ parameter }) => ({
    what: `The optimizer state has parts of ${parameter} frozen, but the method trains all of it.`,
    advice:
      "Take the optimizer state's file out of the folder or zip: training then starts with a fresh one.",
  }),
};
