import { Button, TextInput } from "@mantine/core";
import { useId, useRef, useState } from "react";
import { type ErrorData, isCancelled } from "../../../lib/errors";
import type { ExportType, OnnxTrial } from "../../../shared/exports";
import { ProblemAlert } from "../../components/problem-alert";
import { ProgressLine } from "../../components/progress-line";
import { toProblem } from "../../lib/problem";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./onnx-trial.module.css";

interface Props {
  readonly adapterId: string;
  readonly type: ExportType | null;
}

type Result = { readonly trial: OnnxTrial } | { readonly problem: ErrorData };

/** Runs an adapter's ONNX export in the page, and shows how far its logits are from the engine's. */
export function OnnxTrialForm({ adapterId, type }: Props) {
  const text = useText();
  const { locked, running, tryOnnx } = useStudio((state) => ({
    locked: isExcluded(state, "try-onnx"),
    running: jobOf(state, "try-onnx"),
    tryOnnx: state.tryOnnx,
  }));
  const [question, setQuestion] = useState(text.export.trial.example);
  const [result, setResult] = useState<Result | null>(null);
  const stop = useRef<AbortController>(null);
  const id = useId();
  const start = async () => {
    stop.current = new AbortController();
    setResult(null);
    try {
      setResult({ trial: await tryOnnx(adapterId, type, question, stop.current.signal) });
    } catch (error) {
      if (!isCancelled(error)) setResult({ problem: toProblem(error) });
    }
  };
  return (
    <div className={classes.trial}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <TextInput
          id={id}
          className={classes.question}
          label={text.export.trial.question}
          value={question}
          onChange={(event) => {
            setQuestion(event.currentTarget.value);
          }}
        />
        <Button
          type="submit"
          variant="default"
          disabled={locked || question.trim() === ""}
          loading={running !== null}
        >
          {text.export.trial.button}
        </Button>
      </form>
      {running && (
        <ProgressLine
          label={text.export.trial.running}
          timed={running.progress}
          onCancel={() => stop.current?.abort()}
        />
      )}
      <output className={classes.result} htmlFor={id}>
        {result && "trial" in result && (
          <>
            <q className={classes.answer}>{result.trial.answer.trim()}</q>
            <span>{text.export.trial.result(result.trial)}</span>
          </>
        )}
      </output>
      <ProblemAlert problem={result && "problem" in result ? result.problem : null} />
    </div>
  );
}
