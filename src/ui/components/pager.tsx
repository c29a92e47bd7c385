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
  readonly onPage: (offset: number) => void;
}

/** The visible range of a long list, with buttons for the previous and next page. */
export function Pager({ offset, size, total, earlier, later, onPage }: Props) {
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
