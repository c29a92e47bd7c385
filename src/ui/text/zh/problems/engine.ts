import type { EngineProblems, GpuAllocation } from "../../../../lib/problems/engine-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { format } from "../format";

function memoryFor(wanted: GpuAllocation): string {
  switch (wanted.kind) {
    case "weights":
      return `模型权重（${wanted.bytes} 字节）`;
    case "merged-weights":
      return "合并后的权重";
    case "training":
      return "训练";
    case "answer-cache":
      return "回答的缓存";
    case "tuning":
      return "调优";
    case "step":
      return "这一步";
  }
}

const shape = (sizes: readonly number[]): string => `[${sizes.join(", ")}]`;

const SMALLER = "请减小最大长度或批大小，或选择更小的模型。";

export const engineProblems = {
  "gpu/no-adapter": () => ({
    what: "此浏览器没有提供可用的 WebGPU。",
    advice: "请使用新版 Chrome、Edge、Firefox 或 Safari，并在设置中开启硬件加速。",
  }),
  "gpu/command-refused": ({ reason }) => ({
    what: `GPU 拒绝了一条命令：${reason}`,
    advice: "这是 Luthier 或驱动程序的错误。请重新加载页面，并附上此信息报告。",
  }),
  "gpu/no-result": () => ({
    what: "GPU 没有返回结果。",
    advice: "请重新加载模型后再试；如果再次发生，请减小批大小。",
  }),
  "gpu/kernel-not-compiled": ({ kernel, fault }) => ({
    what: `内核 ${kernel} 没有编译成功：${fault.kind === "refused" ? fault.message : "上次编译它时 GPU 连接丢失"}`,
    advice: "请更新浏览器和显卡驱动。如果仍无效，请附上此信息报告。",
  }),
  "device-lost/gpu": ({ reason, message }) => ({
    what: `GPU 停止为此页面工作（${reason || "未知"}：${message || "没有详情"}）。`,
    advice: "数据和最近保存的适配器都还在。重新加载模型即可继续；批更小或最大长度更短时对 GPU 的要求更低。",
  }),
  "out-of-memory/gpu": ({ wanted }) => ({
    what: `GPU 显存不足以用于${memoryFor(wanted)}。`,
    advice: `请关闭其他使用 GPU 的标签页。${SMALLER}`,
  }),
  "out-of-memory/buffer": ({ buffer, bytes, maxBufferBytes }) => ({
    what: `缓冲区“${buffer}”需要 ${bytes} 字节，而此 GPU 的一个缓冲区最多 ${maxBufferBytes} 字节。`,
    advice: SMALLER,
  }),
  "out-of-memory/binding": ({ tensor, bytes, maxBindingBytes }) => ({
    what: `${tensor === null ? "一个中间结果" : `“${tensor}”`}需要 ${bytes} 字节，而此 GPU 一次最多绑定 ${maxBindingBytes} 字节。`,
    advice: "请减小最大长度、批大小或适配器。",
  }),
  "out-of-memory/parameters": ({ bytes, maxBindingBytes }) => ({
    what: `训练的参数以 f32 计需要 ${format.bytes(bytes)}，而此 GPU 一次最多提供给内核 ${format.bytes(maxBindingBytes)}。`,
    advice: "请选择训练参数更少的方法或选项。",
  }),
  "model/rows-exceed-binding": ({ tensor, rows, bytes, maxBindingBytes }) => ({
    what: `${tensor} 的 ${rows} 行需要 ${bytes} 字节，超过此 GPU 一次可绑定的 ${maxBindingBytes} 字节。`,
    advice: "请使用绑定上限更大的 GPU，或更小的模型。",
  }),
  "model/not-finite": ({ tensor }) => ({
    what: `${tensor} 中有非有限的数（NaN 或无穷），模型既不能回答也不能学习。`,
    advice: "文件已损坏，或来自已经发散的训练：请重新下载，或选择其他检查点。",
  }),
  "model/element-type": ({ tensor, dtype }) => ({
    what: `${tensor} 以 ${dtype} 存储，Luthier 不能在其上训练。`,
    advice: "请使用 F32、F16、BF16 或 NF4 的检查点，或 GGUF 文件。",
  }),
  "model/tensor-shape": ({ tensor, found, expected }) => ({
    what: `文件中 ${tensor} 的形状为 ${shape(found)}，而 config.json 要求 ${shape(expected)}。`,
    advice: "请确认 config.json 和权重属于同一个模型。",
  }),
  diverged: ({ step, loss, gradNorm }) => ({
    what: `训练在第 ${step} 步发散：损失为 ${loss}，梯度范数为 ${gradNorm}。`,
    advice: "适配器保留最后有效的值。请降低学习率、将梯度裁剪保持为 1，然后重试。",
  }),
  "config/empty-prompt": () => ({ what: "提示词没有任何 token。", advice: "请先写一条消息。" }),
  "config/conversation-too-long": ({ tokens, maxTokens }) => ({
    what: `对话有 ${tokens} 个 token，最多只能放 ${maxTokens} 个，还要为回答留出空间。`,
    advice: "请清空对话或缩短消息。",
  }),
} satisfies Partial<ProblemTexts<EngineProblems>>;
