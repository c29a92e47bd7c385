import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import classes from "./fold.module.css";

interface Props {
  readonly title: ReactNode;
  /** Opens the section when this becomes true; it can still be closed. */
  readonly open?: boolean;
  readonly children: ReactNode;
}

/** A collapsed section with a descriptive title. */
export function Fold({ title, open = false, children }: Props) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (open && details.current) details.current.open = true;
  }, [open]);
  return (
    <details ref={details} className={classes.fold}>
      <summary className={classes.summary}>
        <IconChevronRight size={16} aria-hidden className={classes.arrow} />
        {title}
      </summary>
      <div className={classes.body}>{children}</div>
    </details>
  );
}
