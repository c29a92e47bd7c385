import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./notice.module.css";

/** An inline, non-interrupting remark. */
export function Notice({
  kind,
  title,
  children,
}: {
  kind: "info" | "warning";
  title?: string;
  children: ReactNode;
}) {
  const Icon = kind === "info" ? IconInfoCircle : IconAlertTriangle;
  return (
    <div role="note" className={classes.notice} data-kind={kind}>
      <Icon size={20} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        {title && <strong className={classes.title}>{title}</strong>}
        {children}
      </div>
    </div>
  );
}
