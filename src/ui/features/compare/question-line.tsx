import { ActionIcon, Button, Textarea } from "@mantine/core";
import { IconPencil, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import type { Turn } from "../../store/state";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";

/** A question that can be edited and asked again, or regenerated; later turns are then dropped. */
export function QuestionLine({ turn }: { turn: Turn }) {
  const text = useText();
  const [draft, setDraft] = useState<string | null>(null);
  const { locked, resend, regenerate } = useStudio((state) => ({
    locked: isExcluded(state, "answer"),
    resend: state.resend,
    regenerate: state.regenerate,
  }));
  if (draft === null) {
    return (
      <div className={classes.question}>
        <p className={classes.questionText} dir="auto">
          {turn.question}
        </p>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={text.compare.edit}
          title={text.compare.edit}
          disabled={locked}
          onClick={() => {
            setDraft(turn.question);
          }}
        >
          <IconPencil size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={text.compare.regenerate}
          title={text.compare.regenerateHint}
          disabled={locked}
          onClick={() => void regenerate(turn.id)}
        >
          <IconRefresh size={16} aria-hidden />
        </ActionIcon>
      </div>
    );
  }
  const close = () => {
    setDraft(null);
  };
  return (
    <form
      className={classes.editing}
      onSubmit={(event) => {
        event.preventDefault();
        close();
        void resend(turn.id, draft);
      }}
    >
      <Textarea
        aria-label={text.compare.editLabel}
        value={draft}
        autosize
        maxRows={10}
        autoFocus
        onChange={(event) => {
          setDraft(event.currentTarget.value);
        }}
      />
      <span className={classes.editingEnd}>
        <Button size="compact-sm" type="submit" disabled={draft.trim() === "" || locked}>
          {text.compare.askAgain}
        </Button>
        <Button size="compact-sm" variant="default" onClick={close}>
          {text.compare.keep}
        </Button>
      </span>
    </form>
  );
}
