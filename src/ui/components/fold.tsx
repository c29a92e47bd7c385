import { IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./fold.module.css";

/** A collapsed section with a descriptive title. */
export function Fold({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <details className={classes.fold}>
      <summary className={classes.summary}>
        <IconChevronRight size={16} aria-hidden className={classes.arrow} />
        {title}
      </summary>
      <div className={classes.body}>{children}</div>
    </details>
  );
}
