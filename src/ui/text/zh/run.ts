import type { PreferenceReport, StepReport, ValidationReport } from "../../../shared/run-history";
import { formatTyped } from "../../lib/typed-number";
import type { RunPlace } from "../en/words";
import type { Text, Translation } from "../translation";
import { format } from "./format";
import { logLine } from "./log";
import { rows, stepSentence } from "./words";

/* Texts of the Train step and of the run panel. */

export const train = {
  intro: "预设会填好各项，可按需修改。",
  presets: { quick: "快速试跑", balanced: "均衡", thorough: "充分训练" },
  presetHints: {
    quick: "大约一分钟，看看能否学到",
    balanced: "直到验证数据不再改善；保留最佳权重",
    thorough: "时间更长，步子更小，更有耐心",
  },
  presetsLabel: "预设",
  changed: (count: number) => `已修改 ${format.integer(count)} 项`,
  more: "更多",
  warnings: "开始之前",
  fix: (label: string, value: number) => `将${label}设为 ${formatTyped(value)}`,
  learnedNothing: {
    title: "这次训练什么也没学到",
    what: (loss: number, chance: number) =>
      `最终损失为 ${format.loss(loss)}；对所有 token 等概率猜测的损失是 ${format.loss(chance)}，即词表大小的对数。适配器的回答很可能毫无意义：请降低学习率或增加预热步数后重新训练，并检查模板是否适合该模型。`,
  },
  warning: {
    "rate-high": (low: number, high: number) =>
      `学习率高于该方法的常用范围（${formatTyped(low)} 到 ${formatTyped(high)}），损失可能发散。`,
    "rate-low": (low: number, high: number) =>
      `学习率低于该方法的常用范围（${formatTyped(low)} 到 ${formatTyped(high)}），可能几乎没有变化。`,
    "no-validation": "没有留出验证数据，无法看出模型何时过拟合。",
    "in-bytes": (builtIn: string | null) =>
      builtIn === null
        ? "该模型的分词器不认识这些数据的文字，只能逐字节读取，学得很慢；请选择懂这种语言的模型。"
        : `${builtIn} 只懂英文。可以用这些数据训练，但它只能逐字节读取，学不到多少；请选择懂这种语言的模型。`,
    "no-end-token": "该模板的回答结尾没有结束 token，模型学不会在哪里停止。",
    truncated: (count: number, of: number) =>
      `超过最大长度、将被截断的行：${format.integer(count)} / ${rows(of)}。`,
    excluded: (count: number, of: number, reason: string) =>
      `被略去的行：${format.integer(count)} / ${rows(of)}。${reason}`,
    "end-cut": (count: number, of: number) =>
      `在回答中间被截断、学不到结尾的行：${format.integer(count)} / ${rows(of)}。如果全部如此，模型学不会停止。`,
    "software-gpu": "这台电脑没有可用的 GPU，改用软件模拟。可以运行，但很慢。",
  },
  continueFrom: (name: string, steps: number, withOptimizer: boolean) =>
    `从“${name}”继续${steps > 0 ? `，已训练 ${format.integer(steps)} 步` : ""}${withOptimizer ? "，含优化器状态" : ""}。可在“导出”中另选。`,
  takeMethod: "使用它的方法和选项",
  mixed: {
    label: "混入的数据集",
    nothing: "选择数据集…",
    choose: "请选择数据集，或将比例设为 0。",
    none: "还没有其他数据集：请在“数据”步骤中添加。",
    choice: (name: string, count: number) => `${name} · ${rows(count)}`,
  },
  rateFinder: {
    find: "寻找学习率",
    stop: "停止寻找",
    hint: "在你的数据上以逐渐升高的学习率训练至多 50 步，结果不保留",
    busy: "正在逐步提高学习率…",
    chart: "损失随学习率的变化",
    at: (rate: string) => `学习率 ${rate}`,
    take: (rate: string) => `使用 ${rate}`,
    none: "任何学习率下损失都没有下降。请检查数据和模板，或保留默认值。",
  },
  sweep: {
    title: "参数扫描：尝试多个值",
    intro:
      "对一项或两项设置的两三个值的每种组合各做一次短训练，依次进行，并比较验证损失。每次训练都保存在训练记录中。",
    setting: (number: number) => `设置 ${number}`,
    noSetting: "无",
    method: "方法",
    values: (number: number) => `设置 ${number} 的值`,
    wrong: "请填写该设置可用的两三个不同的值，用空格分隔。",
    steps: "每次训练的步数",
    start: "开始扫描",
    stop: "停止扫描",
    need: "请填写两三个值，用空格分隔。",
    count: (count: number, steps: number) =>
      `${format.integer(count)} 次训练，每次 ${format.integer(steps)} 步`,
    progress: (done: number, total: number) =>
      `第 ${format.integer(Math.min(done + 1, total))} / ${format.integer(total)} 次训练`,
    runName: (values: readonly string[]) => `扫描，${values.join("，")}`,
    table: "扫描",
    run: "训练",
    validation: "最佳验证损失",
    loss: "损失",
    state: "状态",
    take: "使用最佳设置",
  },
  rateChart: "学习率",
  normChart: "梯度范数",
  rewardChart: "回答的奖励",
  accuracyChart: "偏好准确率",
  samples: "训练途中的回答",
  sampleExpected: "数据集中的回答",
  sampleStep: (step: number) => `第 ${format.integer(step)} 步后`,
  sampleQuestion: "问题",
  sampleRight: "正确",
  sampleNear: (chrf: number) => `chrF ${format.fixed(chrf, 0)}`,
  sampleEmpty: "（空）",
  log: "日志",
  logEmpty: "暂无内容。",
  copyLog: "复制日志",
} satisfies Translation<Text["train"]>;

/** What an objective on pairs measured, for the log. */
function rewards(preference: PreferenceReport | undefined): string {
  if (!preference) return "";
  const { chosenReward, rejectedReward, accuracy } = preference;
  const reward = (value: number | null): string => value?.toFixed(3) ?? "–";
  return `  奖励 ${reward(chosenReward)} / ${reward(rejectedReward)}  准确率 ${accuracy.toFixed(3)}`;
}

export const run = {
  interrupted: {
    title: "有一次训练被中断",
    what: (name: string, step: number, total: number, savedAt: number) =>
      `“${name}”最近一次保存在第 ${format.integer(step)} / ${format.integer(total)} 步之后（${format.date(savedAt)}）。`,
    goesOn: "可以从那里继续，如同没有中断过。",
    noDataset: "它的数据集已不存在，无法继续；已学到的内容在适配器库中。",
    elsewhereTitle: "另一个标签页正在训练",
    elsewhere: (name: string, step: number, total: number) =>
      `“${name}”最近一次保存在第 ${format.integer(step)} / ${format.integer(total)} 步之后。此处可以浏览、提问和导出；待其结束后才能训练。`,
    resume: "继续",
    discard: "丢弃",
  },
  label: "训练面板",
  train: "训练",
  adapterName: (method: string, dataset: string) => `${method}，${dataset}`,
  pause: "暂停",
  resume: "继续",
  stop: "停止",
  open: "显示训练面板",
  close: "隐藏训练面板",
  status: {
    idle: "可以开始训练。",
    preparing: "正在准备…",
    running: (place: RunPlace) => stepSentence(place),
    paused: (place: RunPlace) => `已暂停。${stepSentence(place)}`,
    stopping: (place: RunPlace) => `正在停止。${stepSentence(place)}`,
    stopped: (place: RunPlace) => `已停止。${stepSentence(place)}`,
    done: (place: RunPlace) => `已完成。${stepSentence(place)}`,
    failed: (place: RunPlace) => `失败。${stepSentence(place)}`,
  },
  blocked: {
    starting: "正在准备…",
    "no-gpu": "训练需要 WebGPU。",
    "no-data": "请先选择数据集。",
    importing: "正在导入数据集…",
    "no-model": "请先选择模型。",
    "model-loading": "正在加载模型…",
    "method-problem": "有一个方法选项无效。",
    "training-problem": "有一个训练选项无效。",
    "no-mix": "请选择要混入的数据集。",
    answering: "正在回答…",
    measuring: "正在测量速度…",
    exporting: "正在导出…",
    busy: "另一项任务即将完成…",
  },
  lossChart: "损失",
  chartLabel: (name: string, step: number, value: string) => `图表：${name}。第 ${step} 步：${value}。`,
  chartCursor: (name: string) => `读取图表：${name}`,
  chartValues: (place: string, values: readonly string[]) => `${place}：${values.join("，")}`,
  chartEmpty: (name: string) => `图表：${name}。暂无数据。`,
  chartPlaceholder: "训练几步后显示曲线。",
  series: {
    train: "训练",
    smooth: "平滑",
    validation: "验证",
    rate: "学习率",
    norm: "梯度范数",
    chosen: "优质回答",
    rejected: "劣质回答",
    margin: "差距",
    accuracy: "训练",
    validationAccuracy: "验证",
  },
  log: {
    line: logLine,
    step: ({ step, loss, learningRate, gradNorm, preference }: StepReport, total: number) =>
      `第 ${step}/${total} 步  损失 ${format.loss(loss)}${rewards(preference)}  学习率 ${formatTyped(Number(learningRate.toPrecision(3)))}  梯度范数 ${gradNorm.toPrecision(3)}`,
    validation: ({ step, loss, preference }: ValidationReport, total: number) =>
      `第 ${step}/${total} 步  验证损失 ${format.loss(loss)}${rewards(preference)}`,
  },
  atStep: (step: number) => `第 ${format.integer(step)} 步`,
  figures: {
    step: "步数",
    epoch: "轮数",
    loss: "损失",
    validation: "验证损失",
    accuracy: "偏好准确率",
    validationAccuracy: "验证准确率",
    speed: "token/秒",
    left: "剩余时间",
    took: "用时",
    memory: "显存",
    modelMemory: "模型占用显存",
  },
  stepOf: (step: number, total: number) => `${format.integer(step)} / ${format.integer(total)}`,
  summary: ({ method, model, rows: count, steps, ms, bytes }: Parameters<Text["run"]["summary"]>[0]) =>
    [
      `用 ${method} 训练 ${model}`,
      rows(count),
      `${format.integer(steps)} 步`,
      ...(ms === null ? [] : [format.about(ms)]),
      `显存 ${format.bytes(bytes)}`,
    ].join("，"),
  warnings: (count: number) => `${format.integer(count)} 条提醒`,
  trainFurther: "继续训练",
  compareNow: "看看有何变化",
  scoreNow: "给两边评分",
  exportNow: "导出带走",
  spoken: {
    begun: (steps: number) => `训练已开始，共 ${format.integer(steps)} 步。`,
    progress: (share: number, loss: number | null) =>
      `${format.done(share)}${loss === null ? "" : `，损失 ${format.loss(loss)}`}`,
  },
  verdict: {
    stillLearning: "还在学习",
    more: (steps: number) => `再训练 ${format.integer(steps)} 步`,
    moreLater: (steps: number) => `结束时损失仍在下降。请再训练约 ${format.integer(steps)} 步。`,
    flat: "已经学到能学的",
    flatWhat: "最后三分之一的训练中损失几乎没有变化，再训练也不会有多大改变。",
    overfitted: (step: number) => `第 ${format.integer(step)} 步之后过拟合`,
    bestKept: (step: number, best: number, last: number) =>
      `验证损失从 ${format.loss(best)} 升到 ${format.loss(last)}，而训练损失在下降。已保留第 ${format.integer(step)} 步的权重。`,
    lastKept: (best: number, last: number) =>
      `验证损失从 ${format.loss(best)} 升到 ${format.loss(last)}，而训练损失在下降，保留的是最后的权重。请开启“结束时取最佳模型”重新训练，或增加数据。`,
    forgot: "遗忘了其他内容",
    forgotWhat: (before: number, after: number) =>
      `日常问题上的损失从 ${format.loss(before)} 升到 ${format.loss(after)}。降低学习率、减少步数，或在数据中加入一些日常对话，可以保留更多原有能力。`,
  },
  keepAwake: "保持屏幕常亮",
  tellMe: "完成时通知我",
  tellMeDenied: "浏览器不允许此页面发送通知，请在网站设置中允许。",
  notification: (loss: number | null) => ({
    title: "训练完成",
    body: loss === null ? "适配器已就绪。" : `最终损失 ${format.loss(loss)}。适配器已就绪。`,
  }),
  notificationFailed: { title: "训练失败", body: "页面上有原因说明。" },
  titleRunning: (share: number) => `${format.done(share)} · Luthier`,
  titlePaused: "已暂停 · Luthier",
  titleDone: "已完成 · Luthier",
} satisfies Translation<Text["run"]>;
