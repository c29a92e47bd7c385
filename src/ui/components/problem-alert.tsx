import { CloseButton } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { ErrorData } from "../../lib/errors";
import { useText } from "../text/text";
import classes from "./notice.module.css";

interface Props {
  readonly problem: ErrorData | null;
  readonly onDismiss?: () => void;
  /** A button that carries out the advice, or what stays as it was. */
  readonly action?: ReactNode;
}

/** An error with its advice, announced by screen readers; renders nothing without a problem. */
export function ProblemAlert({ problem, onDismiss, action }: Props) {
  const text = useText();
  if (!problem) return null;
  const { what, advice } = text.problem(problem.problem);
  return (
    <div role="alert" className={classes.notice} data-kind="problem">
      <IconAlertCircle size={20} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        <strong>{what}</strong> {advice}
        {action && <div className={classes.action}>{action}</div>}
      </div>
      {onDismiss && <CloseButton size="sm" aria-label={text.shell.dismiss} onClick={onDismiss} />}
    </div>
  );
}
