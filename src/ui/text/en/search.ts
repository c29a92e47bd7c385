/* The search over all settings and commands, and the list of shortcuts. */

export const search = {
  open: "Search settings (Ctrl+K)",
  label: "Search settings",
  placeholder: "A setting or a command",
  found: "Found",
  nothing: "Nothing of that name.",
  command: "command",
  openStep: "go to this step",
  switched: (on: boolean): string => (on ? "on" : "off"),
  shortcuts: "Keyboard shortcuts",
  actions: {
    search: "Search settings and commands",
    main: "Train, pause, resume",
    send: "Send the message",
    "next-row": "Next rows",
    "earlier-row": "Earlier rows",
    list: "This list",
  },
};
