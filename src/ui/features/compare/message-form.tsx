import { Button, Textarea } from "@mantine/core";
import { IconPlayerStop, IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { useStudio } from "../../store/context";
import { isExcluded, isRunning, isTraining } from "../../store/jobs";
import { generationValues, toGenerationOptions } from "../../store/training-values";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";

/** The question input: Enter sends, Shift+Enter inserts a line break. */
export function MessageForm() {
  const text = useText();
  const [message, setMessage] = useState("");
  const { answering, training, excluded, hasModel, optionsFit, send, stop } = useStudio((state) => ({
    answering: isRunning(state, "answer"),
    excluded: isExcluded(state, "answer"),
    training: isTraining(state),
    hasModel: state.model !== null,
    optionsFit: toGenerationOptions(generationValues(state.generationEdits)) !== null,
    send: state.send,
    stop: state.stopAnswers,
  }));
  const blocked = blockedText();
  const canSend = blocked === null && !answering && optionsFit && message.trim() !== "";
  function blockedText(): string | null {
    if (training && excluded) return text.compare.blockedTraining;
    if (!hasModel) return text.compare.blockedModel;
    return excluded && !answering ? text.compare.blockedBusy : null;
  }
  const submit = () => {
    if (!canSend) return;
    setMessage("");
    void send(message);
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        className={classes.message ?? ""}
        label={text.compare.message}
        placeholder={text.compare.placeholder}
        value={message}
        autosize
        minRows={1}
        maxRows={10}
        onChange={(event) => {
          setMessage(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          // During IME composition (Chinese, Japanese), Enter confirms a candidate.
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          submit();
        }}
        {...(blocked === null
          ? {}
          : { description: blocked, inputWrapperOrder: ["label", "input", "description"] })}
      />
      {answering ? (
        <Button
          variant="default"
          className={classes.send ?? ""}
          leftSection={<IconPlayerStop size={18} aria-hidden />}
          onClick={stop}
        >
          {text.compare.stop}
        </Button>
      ) : (
        <Button
          type="submit"
          className={classes.send ?? ""}
          leftSection={<IconSend size={18} aria-hidden />}
          disabled={!canSend}
        >
          {text.compare.send}
        </Button>
      )}
    </form>
  );
}
