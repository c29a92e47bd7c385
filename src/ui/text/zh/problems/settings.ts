import type { SettingsProblems } from "../../../../lib/problems/settings-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { fieldFault } from "../field-faults";
import { format } from "../format";
import { valueFault } from "../value-faults";

const named = (file: string | null): string => file ?? "链接";

const CORRECT = "请改正后重新加载。没有做任何修改。";

export const settingsProblems = {
  "settings/not-readable": ({ file, reason }) => ({
    what: `${named(file)} 既不是 YAML 也不是 JSON：${reason}`,
    advice: CORRECT,
  }),
  "settings/too-large": ({ file, sizeBytes, maxBytes }) => ({
    what: `${named(file)} 有 ${format.bytes(sizeBytes)}，而设置最多 ${format.bytes(maxBytes)}。`,
    advice: "请确认这是设置文件。",
  }),
  "settings/other-file": ({ file }) => ({
    what: `${named(file)} 中没有设置：缺少键 luthier-settings。`,
    advice: "请加载由“保存设置”生成的文件。数据请在“数据”步骤加载，模型请在“模型”步骤加载。",
  }),
  "settings/version": ({ file, version, known }) => ({
    what: `${named(file)} 的设置版本为 ${version}，此页面支持版本 ${known}。`,
    advice: "请在更新的版本中加载。",
  }),
  "settings/unknown-keys": ({ file, keys }) => ({
    what: `${named(file)} 中有不存在的设置：${format.list(keys)}。`,
    advice: CORRECT,
  }),
  "settings/value": ({ file, fault }) => ({ what: `${named(file)} ${valueFault(fault)}。`, advice: CORRECT }),
  "settings/option": ({ file, option, fault }) => ({
    what: `${named(file)}：${fieldFault(fault, option)}`,
    advice: CORRECT,
  }),
  "settings/during-run": () => ({
    what: "训练期间不能加载设置。",
    advice: "请等训练结束，或停止训练。",
  }),
} satisfies Partial<ProblemTexts<SettingsProblems>>;
