import { Button, Progress } from "@mantine/core";
import { progressFigures, type TimedProgress } from "../lib/progress";
import { useText } from "../text/text";
import classes from "./progress-line.module.css";

interface Props {
  readonly label: string;
  readonly timed: TimedProgress | null;
  /** What is currently delaying it. */
  readonly note?: string;
  readonly onCancel?: () => void;
}

/** Progress of a long task with speed, remaining time and a cancel button. */
export function ProgressLine({ label, timed, note, onCancel }: Props) {
  const text = useText();
  const { share, perSecond, remainingMs } = timed
    ? progressFigures(timed)
    : { share: null, perSecond: null, remainingMs: null };
  const { progress } = timed ?? { progress: null };
  const bytes = progress?.unit === "bytes";
  const parts = [
    progress && progress.done > 0
      ? bytes
        ? text.progress.bytes(progress.done, progress.total)
        : text.progress.count(progress.done, progress.total, progress.unit)
      : text.progress.unknown,
    note !== undefined && note,
    note === undefined &&
      progress &&
      perSecond !== null &&
      (bytes ? text.progress.bytesPerSecond(perSecond) : text.progress.perSecond(perSecond, progress.unit)),
    note === undefined && remainingMs !== null && text.progress.left(remainingMs),
  ].filter((part) => typeof part === "string");
  return (
    <div className={classes.line}>
      <div className={classes.words}>
        <span className={classes.what}>{progress?.what ? progress.what : label}</span>
        <span className={classes.figures}>{parts.join(" · ")}</span>
      </div>
      <div className={classes.bar}>
        <Progress.Root size="sm" className={classes.track ?? ""}>
          <Progress.Section
            value={share === null ? 100 : share * 100}
            animated={share === null}
            striped={share === null}
            aria-label={label}
          />
        </Progress.Root>
        {onCancel && (
          <Button size="compact-sm" variant="subtle" onClick={onCancel}>
            {text.shell.cancel}
          </Button>
        )}
      </div>
    </div>
  );
}
