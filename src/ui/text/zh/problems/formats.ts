import type {
  FormatProblems,
  Nf4Fault,
  SafetensorsFault,
  TensorEntryFault,
  ZipFault,
} from "../../../../lib/problems/format-problems";
import type { ValueProblems, WrongValue } from "../../../../lib/problems/value-faults";
import type { ProblemTexts } from "../../en/problems/words";
import { format } from "../format";
import { remedies, valueFault } from "../value-faults";

const ONE_MODEL = "请只选择一个模型的文件。";

function zipFault(fault: ZipFault): string {
  switch (fault.kind) {
    case "damaged":
      return "已损坏，或不是可读的 zip";
    case "unsafe-name":
      return `中有文件名不安全：${JSON.stringify(fault.name)}`;
    case "name-twice":
      return `中有两个 ${fault.name}`;
    case "too-many-files":
      return `中的文件超过 ${fault.most} 个`;
    case "too-large":
      return `解压后超过 ${format.bytes(fault.mostBytes)}`;
  }
}

function safetensorsFault(fault: SafetensorsFault): string {
  switch (fault.kind) {
    case "too-short":
      return "太短，不是 safetensors 文件";
    case "header-size":
      return `声明文件头为 ${fault.headerBytes} 字节，超过文件大小`;
    case "header-damaged":
      return "不是 safetensors 文件，或文件头已损坏";
    case "header-not-object":
      return "的文件头不是 JSON 对象";
    case "name-twice":
      return `的文件头中有两个“${fault.name}”`;
    case "metadata-not-object":
      return "的元数据不是 JSON 对象";
    case "metadata-not-text":
      return `的元数据“${fault.key}”不是文本`;
    case "tensor":
      return `对张量 ${fault.tensor} 的描述有误：${entryFault(fault.fault)}`;
    case "cut":
      return `被截断：实有 ${format.bytes(fault.fileBytes)}，而文件头声明为 ${format.bytes(fault.announcedBytes)}`;
    case "overlap":
      return `中张量 ${fault.tensor} 与其他张量重叠`;
    case "gap-before":
      return `在张量 ${fault.tensor} 之前有未使用的字节`;
    case "bytes-behind":
      return "在最后一个张量之后有未使用的字节";
  }
}

function entryFault(fault: TensorEntryFault): string {
  switch (fault.kind) {
    case "not-object":
      return "不是 JSON 对象";
    case "dtype":
      return fault.dtype === null ? "没有类型" : `类型 ${fault.dtype} 未知`;
    case "shape":
      return "形状不是整数列表";
    case "offsets":
      return "data_offsets 不是两个整数";
    case "size":
      return `${fault.dtype} [${fault.shape.join(", ")}] 需要 ${fault.sizeBytes} 字节，却只给了 ${fault.givenBytes} 字节`;
  }
}

function nf4Fault(fault: Nf4Fault): string {
  switch (fault.kind) {
    case "part-missing":
      return `缺少 ${fault.part}`;
    case "wrong-size": {
      const { asked, found } = fault;
      return `要求 ${fault.tensor} 为 ${asked.bytes} 字节的 ${asked.dtype}，实为 ${found.bytes} 字节的 ${found.dtype}`;
    }
    case "own-table":
      return `的 ${fault.tensor} 使用了非标准码表`;
  }
}

const wrongValue = ({ file, fault, remedy }: WrongValue) => ({
  what: `${file} ${valueFault(fault)}。`,
  advice: remedies[remedy],
});

export const valueProblems = {
  "format/value": wrongValue,
  "model/value": wrongValue,
  "adapter/value": wrongValue,
  "format/not-json": ({ file, reason }) => ({
    what: `${file} 不是有效的 JSON：${reason}。`,
    advice: remedies["check-file"],
  }),
  "format/no-object": ({ file }) => ({
    what: `${file} 的内容不是 JSON 对象。`,
    advice: remedies["check-file"],
  }),
} satisfies Partial<ProblemTexts<ValueProblems>>;

export const formatProblems = {
  "file/gone": ({ name }) => ({
    what: `无法再读取 ${name}：选择之后被移动或修改了。`,
    advice: "请重新选择该文件。",
  }),
  "file/not-served": ({ name, status }) => ({
    what: `无法获取 ${name}：服务器返回 ${status}。`,
    advice: "请重新加载页面；如果仍无效，说明安装不完整。",
  }),
  "file/connection-lost": ({ name }) => ({
    what: `无法获取 ${name}：连接中断。`,
    advice: "请确认服务仍在运行，然后重试。",
  }),
  "file/too-large-for-zip": ({ totalBytes }) => ({
    what: `文件共 ${format.bytes(totalBytes)}，超过一个 zip 的上限。`,
    advice: "请使用可以写入文件夹的浏览器，如 Chrome 或 Edge。",
  }),
  "format/zip": ({ file, fault }) => ({
    what: `${file} ${zipFault(fault)}。`,
    advice: "请重新创建压缩包，或直接选择其中的文件。",
  }),
  "format/safetensors": ({ file, fault }) => ({
    what: `${file} ${safetensorsFault(fault)}。`,
    advice: "请重新下载该文件，或用 safetensors 库重新保存。",
  }),
  "format/lfs-pointer": ({ file }) => ({
    what: `${file} 只是 Git LFS 指针，不是权重本身。`,
    advice: "请在模型文件夹中运行 `git lfs pull`，或从其页面下载该文件。",
  }),
  "format/nf4": ({ matrix, fault }) => ({
    what: `NF4 矩阵 ${matrix} ${nf4Fault(fault)}。`,
    advice: remedies["renew-nf4"],
  }),
  "format/tensor-twice": ({ tensor, first, second }) => ({
    what: `张量 ${tensor} 存了两份：在 ${first} 和 ${second} 中。`,
    advice: ONE_MODEL,
  }),
  "format/index": ({ index, file, tensor }) => ({
    what: `${index} 说 ${file} 中有张量 ${tensor}，但实际没有。`,
    advice: "这些文件属于不同的模型或版本，请一起重新下载。",
  }),
  "model/file-twice": ({ file }) => ({
    what: `${file} 被选择了两次：这些是不止一个模型的文件。`,
    advice: ONE_MODEL,
  }),
  "model/several": ({ first, second }) => ({
    what: `有不止一个模型：${first} 和 ${second}。`,
    advice: ONE_MODEL,
  }),
  "model/is-adapter": () => ({
    what: "这些文件是适配器而不是模型：有 adapter_config.json 而没有 config.json。",
    advice: "请先加载该适配器的基座模型；适配器本身请放到“适配器文件”。",
  }),
  "model/no-config": () => ({
    what: "没有找到 config.json。",
    advice:
      "请选择完整的 Hugging Face 模型文件夹（config.json、tokenizer.json 和各 *.safetensors 文件），或一个 *.gguf 文件。",
  }),
  "model/no-tokenizer": ({ instead }) => ({
    what: `没有找到 tokenizer.json${instead === null ? "" : `；只有 ${instead} 是旧格式`}。`,
    advice:
      instead === null
        ? "请把模型的 tokenizer.json（和 tokenizer_config.json）与其他文件一起选择。"
        : '请用 Python 生成一次：`AutoTokenizer.from_pretrained(folder).save_pretrained("converted")`，再把该文件夹中的 tokenizer.json 也选上。',
  }),
  "model/no-weights": () => ({
    what: "没有找到权重：config.json 旁边没有 *.safetensors 文件。",
    advice: "请把权重与 config.json、tokenizer.json 一起选择。",
  }),
  "model/other-weights": ({ file, isPyTorch }) => ({
    what: isPyTorch
      ? `${file} 是 PyTorch 自己的格式，打开时可能会运行代码。`
      : `${file} 不是 safetensors 格式。`,
    advice: isPyTorch
      ? '请用 Python 转换一次：`AutoModelForCausalLM.from_pretrained(folder).save_pretrained("converted")`，再选择该文件夹中的文件。'
      : "请改选该模型的 safetensors 文件，多数模型页面都有提供。",
  }),
  "model/shard-missing": ({ file }) => ({
    what: `权重不完整：缺少 ${file}。`,
    advice: "请一起选择该模型的全部 *.safetensors 文件。",
  }),
  "adapter/no-config": ({ config, weights }) => ({
    what: `没有找到 ${config}。`,
    advice: `请选择适配器的 zip，或把 ${config} 和 ${weights} 一起选择。`,
  }),
  "adapter/no-weights": ({ config, weights }) => ({
    what: `在 ${config} 旁边没有找到 ${weights}。`,
    advice: "请选择这两个文件，或适配器的 zip。",
  }),
  "adapter/several": ({ first, second }) => ({
    what: `有不止一个适配器：${first} 和 ${second}。`,
    advice: "请只选择一个适配器的文件。",
  }),
  "adapter/pickled": ({ file, library }) => ({
    what: `${file} 是 PyTorch 自己的格式，打开时可能会运行代码。`,
    advice:
      library === "peft"
        ? "请用当前版本的 PEFT 重新保存适配器：它会写出 adapter_model.safetensors。"
        : "请用 use_safetensors=True 重新保存适配器。",
  }),
  "adapter/dtype": ({ file, tensor, dtype }) => ({
    what: `${file} 中张量 ${tensor} 的类型为 ${dtype}。`,
    advice: "请以 float32、float16 或 bfloat16 保存适配器。",
  }),
} satisfies Partial<ProblemTexts<FormatProblems>>;
