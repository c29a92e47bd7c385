import type { AdapterProblems, OptimizerFileFault } from "../../../../lib/problems/adapter-problems";
import type { ProblemTexts } from "../../en/problems/words";

const BASE_MODEL = "请加载训练该适配器时所用的基座模型。";
const DAMAGED = "请加载训练该适配器时所用的基座模型，或重新导出适配器。";

const shape = (sizes: readonly number[]): string => `[${sizes.join(", ")}]`;

function optimizerFile(fault: OptimizerFileFault): string {
  switch (fault.kind) {
    case "no-header":
      return "没有说明属于哪个适配器";
    case "other-kind":
      return "的类型或版本未知";
    case "element-type":
      return `中 ${fault.tensor} 的类型为 ${fault.dtype}`;
    case "values":
      return `的 ${fault.tensor} 中有无效的数`;
    case "steps":
      return `记录的步数为 ${fault.steps ?? "空"}`;
    case "option":
      return `缺少 ${fault.option} 的值`;
  }
}

export const adapterProblems = {
  "adapter/setting": ({ key, value }) => ({
    what: `adapter_config.json：${key} 为 ${value}，Luthier 无法加载。`,
    advice: "请在 PEFT 中合并该适配器，或不用该设置重新训练。",
  }),
  "adapter/unknown-setting": ({ key, value }) => ({
    what: `adapter_config.json：${key} 为 ${value}，Luthier 不认识该设置。`,
    advice: `请用训练它的软件合并该适配器。如果 ${key} 不起作用，可从 adapter_config.json 中去掉。`,
  }),
  "adapter/other-model": ({ key, value, expected }) => ({
    what: `adapter_config.json：${key} 为 ${value}，而当前模型为 ${expected}。`,
    advice: BASE_MODEL,
  }),
  "adapter/changed-base": ({ start }) => ({
    what: `adapter_config.json：init_lora_weights 为 ${start}，说明适配器是在改动过的基座权重上训练的，无法由这些文件还原。`,
    advice:
      start === "loftq"
        ? "请在 PEFT 中把适配器合并到 LoftQ 生成的基座模型。如果当前模型就是它，请把 adapter_config.json 中的 init_lora_weights 设为 true。"
        : "请在 PEFT 中用 path_initial_model_for_weight_conversion 保存适配器，将其变为普通 LoRA。如果当前模型已有改动后的权重，请把 adapter_config.json 中的 init_lora_weights 设为 true。",
  }),
  "adapter/unknown-start": ({ start }) => ({
    what: `adapter_config.json：init_lora_weights 为 ${start}，Luthier 不认识该初始化方式。`,
    advice:
      "如果它不改变基座模型的权重，请把 adapter_config.json 中的 init_lora_weights 设为 true；否则请在 PEFT 中合并该适配器。",
  }),
  "adapter/other-task": ({ task, modelTask }) => ({
    what: `adapter_config.json：task_type 为 ${task}，而当前模型需要 ${modelTask}。`,
    advice: BASE_MODEL,
  }),
  "adapter/unknown-method": ({ peftType, known }) => ({
    what: `adapter_config.json：peft_type ${peftType === null ? "缺失" : `为 ${peftType}`}，Luthier 无法加载。`,
    advice: `可以加载：${known.join("、")}。其他类型请在 PEFT 中合并（merge_and_unload）后打开合并的模型。`,
  }),
  "adapter/mlx": ({ file }) => ({
    what: `${file} 属于用 MLX 训练的适配器，格式不同。`,
    advice: "请用 mlx_lm.fuse 合并后打开合并的模型，或用 PEFT 训练适配器。",
  }),
  "adapter/folder-within": ({ folder }) => ({
    what: `有不止一个适配器：文件夹本身，以及其中的 ${folder}。`,
    advice: "请只选择一个适配器的文件。",
  }),
  "adapter/folder-missing": ({ folder }) => ({
    what: `该适配器以另一个适配器为基础，但缺少其文件夹 ${folder}。`,
    advice: "请选择整个文件夹，或其 zip。",
  }),
  "adapter/parameter-shape": ({ parameter, found, expected }) => ({
    what: `适配器的 ${parameter} ${found ? `为 ${shape(found)}` : "缺失"}，此模型需要 ${shape(expected)}。`,
    advice: BASE_MODEL,
  }),
  "adapter/unknown-parameter": ({ parameter, shape: sizes }) => ({
    what: `适配器的 ${parameter} 为 ${shape(sizes)}，此模型中没有对应的位置。`,
    advice: BASE_MODEL,
  }),
  "adapter/not-mergeable": () => ({
    what: "该方法加入了模型权重无法表示的内容，因此不能合并。",
    advice: "请导出适配器本身。",
  }),
  "adapter/no-prompt": ({ tensor }) => ({
    what: `adapter_model.safetensors 中没有 adapter_config.json 要求的 ${tensor}。`,
    advice: "请确认两个文件属于同一个适配器。",
  }),
  "adapter/untargeted-tensor": ({ tensor }) => ({
    what: `适配器的 ${tensor} 不属于其选项所指的任何层。`,
    advice: DAMAGED,
  }),
  "adapter/index-count": ({ tensor }) => ({
    what: `适配器的 ${tensor} 没有为每个值给出行和列。`,
    advice: DAMAGED,
  }),
  "adapter/index-range": ({ tensor, rows, columns }) => ({
    what: `适配器的 ${tensor} 中有超出 ${rows} × ${columns} 矩阵的索引。`,
    advice: DAMAGED,
  }),
  "adapter/kept-type": ({ tensor, dtype }) => ({
    what: `已保存的适配器中 ${tensor} 的类型 ${dtype} 不受支持。`,
    advice: "请重新训练或导入。",
  }),
  "adapter/optimizer-file": ({ file, fault }) => ({
    what: `${file} ${optimizerFile(fault)}。`,
    advice: "请把该文件从文件夹或 zip 中去掉：适配器仍可加载，训练将使用新的优化器。",
  }),
  "adapter/optimizer-freezes": ({ parameter }) => ({
    what: `优化器状态中 ${parameter} 的一部分是冻结的，而该方法训练其全部。`,
    advice: "请把优化器状态文件从文件夹或 zip 中去掉：训练将使用新的优化器。",
  }),
} satisfies Partial<ProblemTexts<AdapterProblems>>;
