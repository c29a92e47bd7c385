import { Button, CloseButton, Group } from "@mantine/core";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./page-notices.module.css";

/** What was just changed, with a way back. */
export function UndoOffer() {
  const text = useText().shell.undo;
  const { undoable, undo, dismiss } = useStudio((state) => ({
    undoable: state.undoable,
    undo: state.undo,
    dismiss: state.settleUndo,
  }));
  return (
    <div className={classes.floating} aria-live="polite">
      {undoable && (
        <Group className={classes.undo ?? ""} gap="sm" wrap="nowrap">
          <span className={classes.done}>{text.done[undoable.kind](undoable.count)}</span>
          <Button size="compact-md" variant="light" onClick={undo}>
            {text.undo}
          </Button>
          <CloseButton aria-label={text.dismiss} onClick={dismiss} />
        </Group>
      )}
    </div>
  );
}
