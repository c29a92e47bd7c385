import { Button } from "@mantine/core";
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerStopFilled } from "@tabler/icons-react";
import type { InterruptedRun } from "../../../protocol/commands";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectTrainBlock } from "../../store/selectors";
import { useText } from "../../text/text";
import classes from "./run-buttons.module.css";

/**
 * The primary button for the current state, with Stop beside it during a run, and Resume before Train if a run was cut
 * off.
 */
export function RunButtons({ cutOff }: { readonly cutOff: InterruptedRun | null }) {
  const text = useText();
  const { status, active, blocked, train, pause, resume, resumeRun, stop } = useStudio((state) => ({
    resumeRun: state.resumeRun,
    status: state.runStatus,
    active: isTraining(state),
    blocked: selectTrainBlock(state) !== null,
    train: state.train,
    pause: state.pause,
    resume: state.resume,
    stop: state.stop,
  }));
  if (!active) {
    const canResume = cutOff !== null && cutOff.datasetName !== null;
    return (
      <div className={classes.buttons}>
        {canResume && (
          <Button
            size="md"
            className={classes.main ?? ""}
            leftSection={<IconPlayerPlayFilled size={18} aria-hidden />}
            onClick={() => void resumeRun(cutOff.id)}
          >
            {text.run.interrupted.resume}
          </Button>
        )}
        <Button
          size="md"
          variant={canResume ? "default" : "filled"}
          className={classes.main ?? ""}
          leftSection={canResume ? null : <IconPlayerPlayFilled size={18} aria-hidden />}
          disabled={blocked}
          onClick={() => void train()}
        >
          {text.run.train}
        </Button>
      </div>
    );
  }
  const paused = status === "paused";
  return (
    <div className={classes.buttons}>
      <Button
        size="md"
        variant={paused ? "filled" : "light"}
        className={classes.main ?? ""}
        leftSection={
          paused ? (
            <IconPlayerPlayFilled size={18} aria-hidden />
          ) : (
            <IconPlayerPauseFilled size={18} aria-hidden />
          )
        }
        disabled={status !== "running" && !paused}
        onClick={() => void (paused ? resume() : pause())}
      >
        {paused ? text.run.resume : text.run.pause}
      </Button>
      <Button
        size="md"
        variant="default"
        leftSection={<IconPlayerStopFilled size={18} aria-hidden />}
        disabled={status === "stopping"}
        onClick={stop}
      >
        {text.run.stop}
      </Button>
    </div>
  );
}
