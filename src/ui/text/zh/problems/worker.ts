import type { SmallerRun, WorkerProblems } from "../../../../lib/problems/worker-problems";
import { METHOD_IDS } from "../../../../shared/methods";
import type { ProblemTexts } from "../../en/problems/words";
import { format } from "../format";
import { methods } from "../methods";
import { objectives } from "../objectives";
import { trainingOptions } from "../options";

/** A method's title by id; adapters saved by a later version may have an unknown method. */
function methodTitle(id: string): string {
  const known = METHOD_IDS.find((method) => method === id);
  return known ? methods[known].title : id;
}

/** "把批大小设为 2、梯度累积设为 4（1.2 GB）" */
function change({ quantised, gradientCheckpointing, totalBytes, ...numbers }: SmallerRun): string {
  if (quantised) return `以 NF4 加载模型（${format.bytes(totalBytes)}）`;
  const names = ["batchSize", "gradientAccumulation", "maxLength"] as const;
  const parts = [
    ...(gradientCheckpointing ? [`开启${trainingOptions.gradientCheckpointing.label}`] : []),
    ...names.flatMap((name) => {
      const value = numbers[name];
      return value === undefined ? [] : [`把${trainingOptions[name].label}设为 ${value}`];
    }),
  ];
  return `${parts.join("、")}（${format.bytes(totalBytes)}）`;
}

function suggestions(changes: readonly SmallerRun[]): string {
  if (changes.length === 0) return "请关闭其他使用 GPU 的标签页，或选择更小的模型。";
  return `请${changes.map(change).join("，或")}。关闭其他使用 GPU 的标签页也可能有帮助。`;
}

export const workerProblems = {
  "model/not-loaded": () => ({ what: "没有加载模型。", advice: "请先选择基座模型。" }),
  "model/choice-gone": ({ repository, choice }) => ({
    what: `${repository} 不再提供 ${choice}。`,
    advice: "请重新查询该仓库。",
  }),
  "model/unknown-token": ({ token, id, vocabularySize }) => ({
    what: `分词器把“${token}”写成 token ${id}，而模型只有 ${vocabularySize} 个 token。`,
    advice: "请确认 tokenizer.json 属于此模型；添加的 token 需要为其调整过大小的模型。",
  }),
  "data/no-sample": ({ id }) => ({ what: `没有示例数据集 ${id}。`, advice: "请从列表中选择。" }),
  "file/not-installed": ({ path, status }) => ({
    what: `无法读取程序自身的文件 ${path}（状态 ${status}）。`,
    advice: "请重新加载页面；如果再次发生，说明此服务器上的安装不完整。",
  }),
  "file/not-written": ({ path, reason }) => ({
    what: `浏览器无法写入 ${path}：${reason.replace(/\.$/, "")}。`,
    advice: "请确认文件夹可写且磁盘有空间。",
  }),
  "config/no-room-for-text": ({ positionsLeft, positions }) => ({
    what: `虚拟 token 只给文本留下了模型 ${positions} 个位置中的 ${positionsLeft} 个。`,
    advice: "请减少虚拟 token。",
  }),
  "config/other-parameters": ({ adapter }) => ({
    what: `所选选项训练的参数与“${adapter}”的不同。`,
    advice: `请选择它训练时的方法和选项，或关闭“${trainingOptions.continueAdapter.label}”。`,
  }),
  "config/labels-need-batch": () => ({
    what: `${objectives.titles.kto.title} 把每个回答与同一批中的其他回答比较，因此一行不够。`,
    advice: `请把“${trainingOptions.batchSize.label}”设为 2 或更大。`,
  }),
  "config/preferences-without-selection": ({ method }) => ({
    what: `${methodTitle(method)} 按单个回答学得如何来选择权重，偏好数据无法提供。`,
    advice: "请选择“回答”，或其他方法。",
  }),
  "config/no-such-run": () => ({
    what: "这次训练已不存在。",
    advice: "可能已在另一个标签页中删除，请选择其他训练。",
  }),
  "config/no-run-to-resume": () => ({ what: "没有可以继续的训练。", advice: "请点击“训练”开始新的训练。" }),
  "config/adapter-not-of-model": ({ option }) => ({
    what: "所选适配器中有一个不属于已加载的模型。",
    advice: `请在 ${option} 中另选。`,
  }),
  "config/adapter-of-other-method": ({ option, adapter, method, allowed }) => ({
    what: `“${adapter}”使用的方法是 ${methodTitle(method)}；这里允许：${format.either(allowed.map(methodTitle))}。`,
    advice: `请在 ${option} 中另选。`,
  }),
  "adapter/no-name": () => ({ what: "适配器需要一个名称。", advice: "请输入名称，或保留原来的。" }),
  "adapter/not-kept": () => ({
    what: "此适配器已不存在。",
    advice: "请选择其他适配器，或在“导出”中加载其文件。",
  }),
  "adapter/foreign-optimizer": ({ file, method }) => ({
    what: `${file} 属于另一个用 ${methodTitle(method)} 训练的适配器。`,
    advice: "请把该文件从文件夹或 zip 中去掉，或选择它所属的适配器。",
  }),
  "out-of-memory/run": ({ totalBytes, changes }) => ({
    what: `GPU 显存不足以进行这次训练，它需要 ${format.bytes(totalBytes)}。`,
    advice: suggestions(changes),
  }),
  "device-lost/run-ending": () => ({ what: "训练结束时 GPU 连接丢失。", advice: "请重新训练。" }),
  "device-lost/worker-stopped": ({ reason }) => ({
    what: `后台线程已停止${reason === null ? "" : `（${reason}）`}。`,
    advice: "请重新加载页面，数据集和设置都会保留。",
  }),
} satisfies Partial<ProblemTexts<WorkerProblems>>;
