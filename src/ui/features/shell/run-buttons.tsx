import { Button } from "@mantine/core";
import {
  IconArrowRight,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
} from "@tabler/icons-react";
import type { InterruptedRun } from "../../../protocol/commands";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectNextMove } from "../../store/next-move";
import { selectTrainBlock } from "../../store/selectors";
import { useText } from "../../text/text";
import classes from "./run-buttons.module.css";
import { useMainAction } from "./use-main-action";

/**
 * The primary button for the current state, always the same element so that it keeps the focus through a run; beside it
 * Stop during a run, Train where something else is next.
 */
export function RunButtons({ cutOff }: { readonly cutOff: InterruptedRun | null }) {
  const text = useText();
  const { active, stopping, blocked, next, train, trainFurther, stop } = useStudio((state) => ({
    active: isTraining(state),
    stopping: state.runStatus === "stopping",
    blocked: selectTrainBlock(state) !== null,
    next: selectNextMove(state),
    train: state.train,
    trainFurther: state.trainFurther,
    stop: state.stop,
  }));
  const main = useMainAction(cutOff);
  const again = !active && main.kind !== "train";
  return (
    <>
      <div className={classes.buttons}>
        <Button
          size="md"
          variant={main.kind === "pause" ? "light" : "filled"}
          className={classes.main ?? ""}
          data-shortcut="main"
          leftSection={main.kind === "next" ? null : <MainIcon pauses={main.kind === "pause"} />}
          rightSection={main.kind === "next" ? <IconArrowRight size={18} aria-hidden /> : null}
          disabled={main.kind === "train" && blocked}
          // Not disabled, which would lose the focus.
          aria-disabled={main.waits || undefined}
          data-disabled={main.waits}
          onClick={(event) => {
            if (main.waits) event.preventDefault();
            else main.run();
          }}
        >
          {main.label}
        </Button>
        {active && (
          <Button
            size="md"
            variant="default"
            className={classes.stop ?? ""}
            leftSection={<IconPlayerStopFilled size={18} aria-hidden />}
            disabled={stopping}
            onClick={stop}
          >
            {text.run.stop}
          </Button>
        )}
      </div>
      {again && (
        <div className={classes.again}>
          <Button
            variant="default"
            className={classes.main ?? ""}
            disabled={blocked}
            onClick={() => void train()}
          >
            {text.run.train}
          </Button>
          {next !== null && (
            <Button
              variant="default"
              className={classes.main ?? ""}
              disabled={blocked}
              onClick={() => void trainFurther()}
            >
              {text.run.trainFurther}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function MainIcon({ pauses }: { readonly pauses: boolean }) {
  const Icon = pauses ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  return <Icon size={18} aria-hidden />;
}
