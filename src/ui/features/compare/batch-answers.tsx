import { Button, FileButton } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { ProblemAlert } from "../../components/problem-alert";
import { ProgressLine } from "../../components/progress-line";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { generationValues, toGenerationOptions } from "../../store/training-values";
import { useText } from "../../text/text";
import { DATASET_FILES } from "../data/dataset-files";
import { batchCsv, batchJsonLines } from "./answers-file";
import { Downloads } from "./downloads";
import classes from "./scorecard.module.css";

/** Answers a file of prompts with the right side, and offers the answers as a file. */
export function BatchAnswers() {
  const text = useText();
  const { files, answers, problem, job } = useStudio((state) => ({
    files: state.batchFiles,
    answers: state.batchAnswers,
    problem: state.batchProblem,
    job: jobOf(state, "answer-files"),
  }));
  return (
    <section aria-label={text.batch.title} className={classes.card}>
      <header>
        <h3 className={classes.title}>{text.batch.title}</h3>
        <p className={classes.intro}>{text.batch.intro}</p>
      </header>
      {job ? <Answering /> : <Start />}
      {!job && files.length > 0 && (
        <span className={classes.quiet}>{text.format.list(files.map(({ name }) => name))}</span>
      )}
      <ProblemAlert problem={problem} />
      {answers && (
        <div className={classes.bar}>
          <span>{text.batch.done(answers.rows.length, answers.prompts, answers.leftOut)}</span>
          <Downloads
            base={text.batch.fileBase}
            labels={text.batch}
            csv={() => batchCsv(answers)}
            jsonl={() => batchJsonLines(answers)}
          />
        </div>
      )}
    </section>
  );
}

function Start() {
  const text = useText();
  const { canStart, chooseFiles, start } = useStudio((state) => ({
    canStart:
      state.batchFiles.length > 0 &&
      state.model !== null &&
      !isExcluded(state, "answer-files") &&
      toGenerationOptions(generationValues(state.generationEdits)) !== null,
    chooseFiles: state.chooseBatchFiles,
    start: state.answerBatch,
  }));
  return (
    <div className={classes.start}>
      <FileButton accept={DATASET_FILES} multiple onChange={chooseFiles}>
        {(props) => (
          <Button {...props} variant="default">
            {text.batch.chooseFile}
          </Button>
        )}
      </FileButton>
      <Button disabled={!canStart} onClick={() => void start()}>
        {text.batch.start}
      </Button>
    </div>
  );
}

function Answering() {
  const text = useText();
  const { job, paused, pause, resume, stop } = useStudio((state) => ({
    job: jobOf(state, "answer-files"),
    paused: state.batchPaused,
    pause: state.pauseBatch,
    resume: state.resumeBatch,
    stop: state.stopBatch,
  }));
  return (
    <>
      <ProgressLine
        label={text.batch.answering}
        timed={job?.progress ?? null}
        {...(paused && { note: text.batch.paused })}
        onCancel={stop}
      />
      <div className={classes.start}>
        <Button
          variant="default"
          leftSection={
            paused ? <IconPlayerPlay size={18} aria-hidden /> : <IconPlayerPause size={18} aria-hidden />
          }
          onClick={() => void (paused ? resume() : pause())}
        >
          {paused ? text.batch.resume : text.batch.pause}
        </Button>
      </div>
    </>
  );
}
