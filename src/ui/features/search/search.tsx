import { ActionIcon } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useText } from "../../text/text";
import { SearchDialog } from "./search-dialog";
import { shortcutOf } from "./shortcuts";
import { ShortcutsDialog } from "./shortcuts-dialog";

/** Presses the button that a shortcut stands for. */
function press(shortcut: string): void {
  document.querySelector<HTMLButtonElement>(`[data-shortcut="${shortcut}"]:not(:disabled)`)?.click();
}

/** The button and shortcut of the search, and all other shortcuts of the page. */
export function Search() {
  const text = useText().search;
  const [shown, setShown] = useState<"search" | "list" | null>(null);
  useEffect(() => {
    const take = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event);
      // A select opens with Alt and an arrow.
      if (shortcut === null || shortcut === "send" || document.querySelector("dialog[open]")) return;
      if (event.altKey && event.target instanceof HTMLSelectElement) return;
      event.preventDefault();
      if (shortcut === "search" || shortcut === "list") setShown(shortcut);
      else press(shortcut);
    };
    addEventListener("keydown", take);
    return () => {
      removeEventListener("keydown", take);
    };
  }, []);
  const close = () => {
    setShown(null);
  };
  return (
    <>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={text.open}
        title={text.open}
        aria-keyshortcuts="Control+K"
        onClick={() => {
          setShown("search");
        }}
      >
        <IconSearch size={20} stroke={1.75} aria-hidden />
      </ActionIcon>
      {shown === "search" && <SearchDialog onClose={close} />}
      {shown === "list" && <ShortcutsDialog onClose={close} />}
    </>
  );
}
