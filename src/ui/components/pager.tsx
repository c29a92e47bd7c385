import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useText } from "../text/text";
import classes from "./pager.module.css";

interface Props {
  /** Index of the first item shown. */
  readonly offset: number;
  /** Items per page. */
  readonly size: number;
  readonly total: number;
  readonly earlier: string;
  readonly later: string;
  /** Whether the keyboard's shortcuts for rows turn these pages. */
  readonly shortcuts?: boolean;
  readonly onPage: (offset: number) => void;
}

/** The visible range of a long list, with buttons for the previous and next page. */
export function Pager({ offset, size, total, earlier, later, shortcuts = false, onPage }: Props) {
  const text = useText();
  const last = Math.min(total, offset + size);
  const page = (to: number) => {
    onPage(Math.max(0, Math.min(to, total - 1)));
  };
  return (
    <span className={classes.pager}>
      <span className={classes.range}>{text.shell.range(offset + 1, last, total)}</span>
      <ActionIcon
        variant="default"
        aria-label={earlier}
        data-shortcut={shortcuts ? "earlier-row" : undefined}
        disabled={offset === 0}
        onClick={() => {
          page(offset - size);
        }}
      >
        <IconChevronLeft size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={later}
        data-shortcut={shortcuts ? "next-row" : undefined}
        disabled={last >= total}
        onClick={() => {
          page(offset + size);
        }}
      >
        <IconChevronRight size={18} aria-hidden />
      </ActionIcon>
    </span>
  );
}
