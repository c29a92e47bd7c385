import type { Text, Translation } from "../translation";
import { format } from "./format";

/** Texts of downloads from a hub. */
export const hub = {
  title: "来自 Hugging Face Hub",
  private: "文件直接从 Hub 下载到此浏览器。除访问令牌外，不会发送任何内容。",
  repository: "仓库",
  repositoryPlaceholder: "HuggingFaceTB/SmolLM2-135M-Instruct",
  repositoryHint: "owner/name、owner/name@revision，或其页面地址",
  endpoint: "Hub 地址",
  endpointHint: "留空为 Hugging Face，也可填镜像地址",
  token: "访问令牌",
  tokenShow: "显示或隐藏令牌",
  tokenHint: "用于受限和私有模型；不会保存",
  tokenHintRemember: "Hub 接受后保存在此浏览器",
  tokenHintKept: "此浏览器已保存一个令牌",
  remember: "在这台电脑上记住",
  forget: "清除",
  weights: "要下载的权重",
  weightsHint: (count: number, license: string) =>
    `有 ${format.integer(count)} 种可选${license && `，许可证 ${license}`}；选择一种后下载。`,
  choice: (kind: "safetensors" | "gguf", id: string, bytes: number) =>
    `${kind === "safetensors" ? "safetensors" : id} · ${format.bytes(bytes)}`,
  download: "下载",
  looking: "正在查询…",
  downloading: "正在下载",
  waiting: "连接中断，稍后重试",
  sendsWhole: "此服务器只能发送整个文件，因此下载量会超过所需的行",
  unfinished: "未完成的下载",
  arrived: (done: number, total: number) => `已下载 ${format.bytes(done)} / ${format.bytes(total)}`,
  goOn: "继续",
  goOnWith: (name: string) => `继续下载 ${name}`,
  discard: "丢弃",
  discardOf: (name: string) => `丢弃 ${name}`,
  known: "常用模型",
  knownHint: "下载大小，以及训练所需显存",
  facts: (parameters: number, license: string) => `${format.compact(parameters)} 参数 · ${license}`,
  needs: (download: number, memory: number) =>
    `下载 ${format.bytes(download)} · 训练约需 ${format.bytes(memory)}`,
  gated: "需要先接受其使用条款",
  get: "获取",
  getOf: (title: string) => `获取 ${title}`,
  here: "已在模型库中",
  estimateTitle: "显存是如何估算的",
  estimate: (rank: number, length: number) =>
    `以 r = ${rank}、作用于所有线性层的 LoRA，每次一条 ${length} 个 token 的文本计算：按存储精度计的权重，加上为反向传播保留的激活值 4 字节 × token 数 × 层数 ×（8 × 隐藏维度 + 3.2 × 中间维度），再加上每个适配器参数 16 字节。这是粗略估计，误差约六分之一；文本更短需要更少，批更大需要更多。`,
} satisfies Translation<Text["hub"]>;
