import type { ExportType } from "../../../shared/exports";
import type { Text, Translation } from "../translation";
import { format } from "./format";
import { exportStep } from "./result";

/** Texts of publishing on a hub. */
export const push = {
  purpose: "分享",
  title: "推送到 Hugging Face Hub",
  what: "把适配器或合并后的模型连同模型卡发布到你的仓库，只产生一次提交。全部上传完成之前，那里什么也看不到。",
  destination: "目标仓库",
  destinationHint: "owner/name 或 owner/name@branch；不存在时会创建",
  content: "推送内容",
  contentHint: "包含模型卡和曲线",
  adapter: (size: string) => `适配器 · ${size}`,
  merged: (type: ExportType | null, bytes: number) => `合并后的模型，${exportStep.variant(type, bytes)}`,
  access: {
    endpoint: "推送地址",
    token: "写入令牌",
    tokenHint: "有写入权限的访问令牌；不会保存",
  },
  private: "私有",
  privateHint: "仅用于新建的仓库",
  pullRequest: "以 Pull Request 提交",
  pullRequestHint: "而不是直接提交到分支",
  button: "推送到 Hub",
  pushing: "正在推送",
  pushed: (bytes: number) => `已推送 ${format.bytes(bytes)} 到`,
} satisfies Translation<Text["push"]>;
