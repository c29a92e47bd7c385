import type { Text, Translation } from "../translation";

/* The search over all settings and commands, and the list of shortcuts. */

export const search = {
  open: "搜索设置（Ctrl+K）",
  label: "搜索设置",
  placeholder: "设置项或命令",
  found: "搜索结果",
  nothing: "没有匹配的结果。",
  command: "命令",
  openStep: "转到此步骤",
  switched: (on: boolean) => (on ? "开" : "关"),
  shortcuts: "键盘快捷键",
  actions: {
    search: "搜索设置和命令",
    main: "训练、暂停、继续",
    send: "发送消息",
    "next-row": "后面的数据行",
    "earlier-row": "前面的数据行",
    list: "显示此列表",
  },
} satisfies Translation<Text["search"]>;
