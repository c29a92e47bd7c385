import type { JobKind } from "../../../../lib/job-kind";
import type { WorkProblems } from "../../../../lib/problems/work-problems";
import type { ProblemTexts } from "../../en/problems/words";

const busy: Readonly<Partial<Record<JobKind, string>>> = {
  "load-model": "正在加载模型。",
  "delete-model": "正在删除模型。",
  train: "正在训练。",
  measure: "正在测量训练速度。",
  answer: "正在回答。",
  evaluate: "正在评分。",
  "answer-files": "正在回答文件中的提示词。",
  export: "正在导出。",
  push: "正在推送到 Hub。",
  "try-onnx": "正在试用 ONNX 导出。",
  "import-adapter": "正在加载适配器。",
  "edit-library": "正在修改适配器库。",
  "import-dataset": "正在导入数据集。",
  "delete-dataset": "正在删除数据集。",
  "edit-dataset": "正在修改数据行。",
  "look-up": "正在查询仓库。",
  download: "正在进行另一个下载。",
  "fetch-dataset": "正在下载数据集。",
};

export const workProblems = {
  cancelled: () => ({ what: "任务已停止。", advice: "可随时重新开始。" }),
  busy: ({ running }) => ({ what: busy[running] ?? running, advice: "请先停止它，或等它完成。" }),
  "busy/elsewhere": () => ({
    what: "另一个标签页正在训练。",
    advice: "请等它结束，或在那里停止；在此期间，这里的其他功能都可使用。",
  }),
  "device-lost/again": ({ times }) => ({
    what: times > 1 ? `十分钟内 GPU 连接丢失了 ${times} 次。` : "GPU 连接丢失，未能自动恢复。",
    advice:
      "请重新加载页面：训练会从最近的检查点继续。如果再次丢失，请减小批大小或缩短行，并关闭其他使用 GPU 的程序。",
  }),
  "work/no-model-left": ({ title }) => ({
    what: `无法加载模型。为腾出空间已卸载 ${title}，但未能重新加载，因此现在没有加载任何模型。`,
    advice: "请选择要加载的模型；如果显存不足，请关闭其他使用 GPU 的标签页。",
  }),
  internal: ({ reason }) => ({
    what: `内部错误：${reason.replace(/\.$/, "")}。`,
    advice: "请重新加载页面，数据集和设置都会保留。请附上此信息报告。",
  }),
} satisfies Partial<ProblemTexts<WorkProblems>>;
