import type { Text, Translation } from "../translation";
import { formatTyped } from "../../lib/typed-number";
import { format } from "./format";

/* Texts of the page around the steps, and of progress. */

export const shell = {
  brand: "Luthier",
  range: (first: number, last: number, total: number) =>
    `第 ${format.integer(first)}–${format.integer(last)} 条，共 ${format.integer(total)} 条`,
  steps: {
    data: "数据",
    model: "模型",
    method: "方法",
    train: "训练",
    compare: "对比",
    export: "导出",
  },
  stepStates: { empty: "未设置", ready: "就绪", busy: "进行中", done: "完成", problem: "有问题" },
  spokenState: (state: string) => `，${state}`,
  stepsLabel: "步骤",
  settingsFile: {
    save: "保存设置",
    load: "加载设置",
    input: "设置文件",
    copyLink: "复制这些设置的链接",
    hint: "以 YAML 文件保存模型、模板、方法和所有选项，不含数据。在这里加载，或拖到页面任意位置。",
    taken: (file: string | null) => (file === null ? "已使用链接中的设置" : `已使用 ${file} 中的设置`),
    missingModel: (title: string) =>
      `这些设置是为 ${title} 制作的，它不在你的模型库中。请在“模型”步骤加载；在此之前其默认值不适用。`,
    dismiss: "好",
  },
  language: "语言",
  skip: "跳到第一步",
  skipToRun: "跳到训练面板",
  detail: {
    importing: "正在导入…",
    loading: "正在加载…",
    noData: "请选择数据集",
    noModel: "请选择模型",
    notTrained: "尚未训练",
    step: (step: number, total: number) => `第 ${format.fixed(step, 0)} / ${format.fixed(total, 0)} 步`,
    loss: (loss: number) => `损失 ${format.loss(loss)}`,
    problem: "有问题",
    noAdapter: "训练后可用",
    ask: "提个问题",
    asked: (count: number) => `已提问 ${format.integer(count)} 次`,
    size: (bytes: number) => format.bytes(bytes),
  },
  lines: {
    joined: (parts: readonly string[]) => parts.join(" · "),
    trainable: (count: number, share: number) => `可训练 ${format.integer(count)}（${format.share(share)}）`,
    epochs: (count: number) => `${count} 轮`,
    steps: (count: number) => `${format.integer(count)} 步`,
    batch: (size: number) => `批大小 ${format.integer(size)}`,
    rate: (rate: number) => `学习率 ${formatTyped(rate)}`,
  },
  openEvery: "展开全部步骤",
  openOne: "每次只展开一步",
  scheme: {
    light: "配色：浅色。切换为深色",
    dark: "配色：深色。切换为跟随系统",
    auto: "配色：跟随系统。切换为浅色",
  },
  noGpu: {
    title: "这里没有 WebGPU",
    browsers: {
      insecure: "浏览器只对通过 https 或 localhost 打开的网页提供 WebGPU，而此页面是通过 http 打开的。",
      safari:
        "Safari 从 macOS、iOS、iPadOS 和 visionOS 26 起支持 WebGPU；旧版 macOS 上的 Safari 26 不支持。在 iPhone 和 iPad 上，其他浏览器也是如此。",
      firefox:
        "Firefox 在 Windows 上从 141 版起支持，在 Apple 芯片的 Mac 上从 147 版起支持（macOS 26 为 145 版）。其他系统请在 about:config 中把 dom.webgpu.enabled 设为 true。",
      chromium:
        "请使用 Chrome、Edge 或其他基于 Chromium 的浏览器，127 或更高版本。如果新版本仍找不到 GPU，chrome://gpu 会说明原因。",
      chromiumOnLinux:
        "Linux 上的 Chrome 从 144 版起支持较新的 Intel GPU，从 147 版起支持 NVIDIA GPU。其他 GPU 请启用 chrome://flags/#enable-unsafe-webgpu。",
      other:
        "请使用 Chrome 或 Edge 127 以上版本、Safari 26 以上版本，或 Firefox（Windows 141、Mac 147 以上版本）。",
    },
    stillWorks: "仍可导入和查看数据；训练和回答需要 WebGPU。",
  },
  machine: {
    gpu: (name: string, software: boolean) => {
      const remarks = [...(name ? [] : ["浏览器未提供型号"]), ...(software ? ["软件模拟，较慢"] : [])];
      return `${name ? `GPU：${name}` : "GPU"}${remarks.length > 0 ? `（${remarks.join("；")}）` : ""}`;
    },
    none: "GPU：无",
    looking: "正在检查本机…",
    f16: (on: boolean) => (on ? "支持 f16" : "不支持 f16"),
    subgroups: (on: boolean) => (on ? "支持 subgroups" : "不支持 subgroups"),
    limits: (buffer: number, binding: number) =>
      `缓冲区上限 ${format.bytes(buffer)}，绑定上限 ${format.bytes(binding)}`,
    storage: (used: number, quota: number) => `已用存储 ${format.bytes(used)}，共 ${format.bytes(quota)}`,
    private: "一切都留在这台电脑上。",
    licences: "第三方许可证",
  },
  choices: { nothing: "没有匹配的名称" },
  dismiss: "关闭",
  reloadPage: "重新加载页面",
  outdated: {
    title: "另一个标签页打开了更新版本的 Luthier，请重新加载此页。",
    what: "已保存的数据不受影响。",
    whileTraining: "训练进度已保存，重新加载后可以继续。",
  },
  undo: {
    undo: "撤销",
    dismiss: "关闭",
    done: {
      "runs-deleted": (count: number) => `已删除 ${format.integer(count)} 次训练。`,
      "run-discarded": (_count: number) => "已丢弃中断的训练。",
      "method-reset": (count: number) => `已重置 ${format.integer(count)} 个选项。`,
      "preset-chosen": (count: number) => `预设覆盖了 ${format.integer(count)} 项修改。`,
    },
  },
  newVersion: {
    title: "新版本已就绪",
    what: "切换到新版本会重新加载页面，数据和设置都会保留。",
    whileTraining: "训练结束后即可切换。",
    takeOver: "切换",
  },
  stalled: {
    title: "后台线程没有响应",
    what: "它可能正在处理大任务，稍后会恢复。如果没有恢复，请重新启动：已保存的数据不受影响，训练会从最近的检查点继续。",
    restart: "重新启动",
    notLoaded: (title: string) => `未加载 ${title}`,
    why: "上次使用这个模型时，页面失去了响应。其余功能均正常。",
    load: "仍然加载",
  },
  setAside: {
    title: "表单中的修改已暂时搁置",
    what: "上次启动时带着这些修改未能完成，因此目前各项均为默认值。",
    takeUp: "恢复修改",
  },
  recovery: {
    title: "GPU 连接已丢失",
    underWay: "正在重新打开 GPU 并加载模型，之后训练会从最近的检查点继续。",
    done: "GPU 已恢复，模型已重新加载，中断的工作已自动继续。",
    dismiss: "知道了",
  },
  cancel: "取消",
  copied: "已复制",
} satisfies Translation<Text["shell"]>;

/** Progress of a job. */
export const progress = {
  unknown: "处理中…",
  bytes: (done: number, total: number | null) =>
    total === null ? format.bytes(done) : `${format.bytes(done)} / ${format.bytes(total)}`,
  bytesPerSecond: (rate: number) => `${format.bytes(rate)}/秒`,
  left: (ms: number) => `还需${format.about(ms)}`,
} satisfies Translation<Text["progress"]>;
