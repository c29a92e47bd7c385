import type { StorageJob, StorageProblems, StorageTask } from "../../../../lib/problems/storage-problems";
import type { ProblemTexts } from "../../en/problems/words";

const tasks: Readonly<Partial<Record<StorageTask, string>>> = {
  "adapter-delete": "删除适配器",
  "adapter-keep": "保存适配器",
  "adapter-read": "读取适配器",
  "adapter-rename": "重命名适配器",
  "adapters-list": "列出适配器",
  "dataset-clear": "清除未完成的数据集",
  "dataset-delete": "删除数据集",
  "dataset-open": "打开数据集",
  "dataset-read": "读取数据集",
  "dataset-replace": "替换数据集",
  "dataset-save": "保存数据集",
  "datasets-list": "列出数据集",
  "download-begin": "开始下载",
  "download-discard": "丢弃下载",
  "download-end": "结束下载",
  "download-keep": "保存下载",
  "download-look": "查看下载",
  "download-write": "写入下载",
  "downloads-list": "列出下载",
  "evaluation-keep": "保存分数",
  "evaluation-read": "读取分数",
  "imports-clear": "清除未完成的导入",
  "model-clear": "清除未完成的模型",
  "model-delete": "删除模型",
  "model-describe": "保存模型说明",
  "model-keep": "保存模型",
  "model-open": "打开模型",
  "models-clear": "清除未完成的模型",
  "models-list": "列出模型",
  "optimizer-read": "读取优化器状态",
  "progress-forget": "删除训练进度",
  "progress-keep": "保存训练进度",
  "progress-read": "读取训练进度",
  "rating-keep": "保存评价",
  "ratings-read": "读取评价",
  "run-delete": "删除训练记录",
  "run-keep": "保存训练记录",
  "run-label": "保存对训练记录的修改",
  "run-read": "读取训练记录",
  "runs-list": "列出训练记录",
  "run-reserve": "保存训练结果",
  "settings-read": "读取设置",
  "settings-save": "保存设置",
};

const asked = ({ task, name }: StorageJob): string => `${tasks[task] ?? task}${name ? ` ${name}` : ""}`;

export const storageProblems = {
  "storage/full": (job) => ({
    what: `存储空间不足，无法${asked(job)}；已有数据没有改变。`,
    advice: "请删除不再需要的数据集或模型，或释放磁盘空间，然后重试。",
  }),
  "storage/refused": ({ reason, ...job }) => ({
    what: `浏览器不允许${asked(job)}：${reason.replace(/\.$/, "")}。`,
    advice: "隐私窗口和某些隐私设置会阻止存储；请使用普通窗口，或释放磁盘空间。",
  }),
  "storage/no-files": () => ({
    what: "此页面无法保存下载：浏览器没有提供文件存储。",
    advice: "请通过 https 或 localhost 在普通窗口中打开，或改为拖入模型文件。",
  }),
  "storage/download-elsewhere": () => ({
    what: "另一个标签页正在下载此模型。",
    advice: "请等它完成，或在那里取消。",
  }),
  "storage/download-unknown": () => ({ what: "这次下载已不存在。", advice: "请重新开始。" }),
  "model/files-gone": ({ title }) => ({
    what: `${title ?? "此模型"}的文件已不在这里。`,
    advice: "请重新选择模型文件。",
  }),
  "data/dataset-gone": () => ({
    what: "此数据集已不存在。",
    advice: "请选择其他数据集，或重新导入。",
  }),
  "data/rows-gone": ({ dataset }) => ({
    what: `数据集 ${dataset} 缺少一部分：已被浏览器删除。`,
    advice: "请删除该数据集并重新导入。",
  }),
} satisfies Partial<ProblemTexts<StorageProblems>>;
