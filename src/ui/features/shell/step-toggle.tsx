import { Button } from "@mantine/core";
import { IconFoldDown, IconFoldUp } from "@tabler/icons-react";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./studio.module.css";

/** Opens all steps permanently, or returns to one at a time. */
export function StepToggle() {
  const text = useText().shell;
  const { keepsOpen, first, openAll, openOne } = useStudio((state) => ({
    keepsOpen: state.keepsStepsOpen,
    first: state.openSteps[0] ?? "data",
    openAll: state.openEveryStep,
    openOne: state.openOneStep,
  }));
  const Icon = keepsOpen ? IconFoldUp : IconFoldDown;
  return (
    <div className={classes.toggle}>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<Icon size={16} aria-hidden />}
        onClick={() => {
          if (keepsOpen) openOne(first);
          else openAll();
        }}
      >
        {keepsOpen ? text.openOne : text.openEvery}
      </Button>
    </div>
  );
}
