import type { SettingsProblems } from "../../../../lib/problems/settings-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { fieldFault } from "../field-faults";
import { format } from "../format";
import { valueFault } from "../value-faults";

const named = (file: string | null): string => (file === null ? "链接" : ` ${file} `).trim();

const CORRECT = "请更正后重新载入。没有任何更改。";

export const settingsProblems = {
  "settings/not-readable": ({ file, reason }) => ({
    what: `${named(file)} 既不是 YAML 也不是 JSON：${reason}`,
    advice: CORRECT,
  }),
  "settings/too-large": ({ file, sizeBytes, maxBytes }) => ({
    what: `${named(file)} 为 ${format.bytes(sizeBytes)}，而设置最多 ${format.bytes(maxBytes)}。`,
    advice: "请检查它是否为设置文件。",
  }),
  "settings/other-file": ({ file }) => ({
    what: `${named(file)} 不含设置：缺少键 luthier-settings。`,
    advice: "请载入由“保存设置”生成的文件。数据行在“数据”步骤载入，模型在“模型”步骤载入。",
  }),
  "settings/version": ({ file, version, known }) => ({
    what: `${named(file)} 的设置版本为 ${version}，本页面读取版本 ${known}。`,
    advice: "请在较新版本的工作室中载入。",
  }),
  "settings/unknown-keys": ({ file, keys }) => ({
    what: `${named(file)} 含有不存在的设置：${format.list(keys)}。`,
    advice: CORRECT,
  }),
  "settings/value": ({ file, fault }) => ({ what: `${named(file)} ${valueFault(fault)}。`, advice: CORRECT }),
  "settings/option": ({ file, option, fault }) => ({
    what: `${named(file)}：${fieldFault(fault, option)}`,
    advice: CORRECT,
  }),
  "settings/during-run": () => ({
    what: "训练期间不能载入设置。",
    advice: "请等待训练结束，或停止训练。",
  }),
} satisfies ProblemTexts<SettingsProblems>;
