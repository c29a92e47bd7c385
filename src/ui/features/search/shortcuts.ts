/** A keyboard shortcut. Names of keys are those on the keyboard. */
interface Shortcut {
  readonly id: "search" | "main" | "send" | "next-row" | "earlier-row" | "list";
  readonly keys: readonly string[];
}

/** Whether the modifier is the Mac's. */
const isMac = /mac|iphone|ipad/i.test(globalThis.navigator?.userAgent ?? "");
const CONTROL = isMac ? "⌘" : "Ctrl";
const ALT = isMac ? "⌥" : "Alt";

export const SHORTCUTS: readonly Shortcut[] = [
  { id: "search", keys: [CONTROL, "K"] },
  { id: "main", keys: [CONTROL, "Enter"] },
  { id: "send", keys: ["Enter"] },
  { id: "next-row", keys: [ALT, "↓"] },
  { id: "earlier-row", keys: [ALT, "↑"] },
  { id: "list", keys: ["?"] },
];

/** The shortcut that a key press is; null if none. "?" is one only where nothing is being typed. */
export function shortcutOf(event: KeyboardEvent): Shortcut["id"] | null {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "k") return "search";
  if (control && event.key === "Enter") return "main";
  if (event.altKey && event.key === "ArrowDown") return "next-row";
  if (event.altKey && event.key === "ArrowUp") return "earlier-row";
  const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
  return event.key === "?" && !isTyping ? "list" : null;
}
