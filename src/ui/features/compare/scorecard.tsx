import { Button, FileButton, NativeSelect } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useState } from "react";
import { scoreFields } from "../../../shared/scores";
import { OptionGrid } from "../../components/option-grid";
import { ProblemAlert } from "../../components/problem-alert";
import { ProgressLine } from "../../components/progress-line";
import { useStudio } from "../../store/context";
import { isExcluded, isTraining, jobOf } from "../../store/jobs";
import { evaluateArgs, scoreValues } from "../../store/scores-slice";
import { selectDataset } from "../../store/selectors";
import type { StudioState } from "../../store/state";
import { formProblems } from "../../store/training-values";
import { type Text, useText } from "../../text/text";
import { DATASET_FILES } from "../data/dataset-files";
import { AnswersTable } from "./answers-table";
import classes from "./scorecard.module.css";
import { ScoreTable } from "./score-table";

/** Compares both sides on many rows: scores, differences, and every answer. */
export function Scorecard() {
  const text = useText();
  const { evaluation, problem } = useStudio((state) => ({
    evaluation: state.evaluation,
    problem: state.scoreProblem,
  }));
  return (
    <section aria-label={text.scores.title} className={classes.card}>
      <header>
        <h3 className={classes.title}>{text.scores.title}</h3>
        <p className={classes.intro}>{text.scores.intro}</p>
      </header>
      <ScoreForm />
      <ScoreButton />
      <ProblemAlert problem={problem} />
      {evaluation && (
        <>
          <ScoreTable evaluation={evaluation} />
          <AnswersTable key={evaluation.madeAt} evaluation={evaluation} />
        </>
      )}
    </section>
  );
}

function ScoreForm() {
  const text = useText();
  const { edits, files, hints, edit, chooseFiles } = useStudio((state) => ({
    edits: state.scoreEdits,
    files: state.scoreFiles,
    hints: state.showHints,
    edit: state.editScores,
    chooseFiles: state.chooseScoreFiles,
  }));
  const [ownFile, setOwnFile] = useState(files.length > 0);
  const values = scoreValues(edits);
  return (
    <>
      <div className={classes.rows}>
        <NativeSelect
          label={text.scores.rows}
          value={ownFile ? "file" : "held-out"}
          data={[
            { value: "held-out", label: text.scores.heldOut },
            { value: "file", label: text.scores.file },
          ]}
          onChange={(event) => {
            setOwnFile(event.currentTarget.value === "file");
            chooseFiles([]);
          }}
        />
        {ownFile && (
          <FileButton accept={DATASET_FILES} multiple onChange={chooseFiles}>
            {(props) => (
              <Button {...props} variant="default">
                {text.scores.chooseFile}
              </Button>
            )}
          </FileButton>
        )}
        {files.length > 0 && (
          <span className={classes.quiet}>{text.format.list(files.map(({ name }) => name))}</span>
        )}
      </div>
      <OptionGrid
        fields={scoreFields}
        values={values}
        problems={formProblems(scoreFields, values)}
        texts={text.scoreOptions}
        showHints={hints}
        foldTitle={text.scores.options}
        onChange={edit}
      />
    </>
  );
}

function ScoreButton() {
  const text = useText();
  const { job, blocked, score, cancel } = useStudio((state) => ({
    job: jobOf(state, "evaluate"),
    blocked: blockOf(state),
    score: state.score,
    cancel: state.cancelScore,
  }));
  if (job) return <ProgressLine label={text.scores.scoring} timed={job.progress} onCancel={cancel} />;
  return (
    <div className={classes.start}>
      <Button
        leftSection={<IconChecklist size={18} aria-hidden />}
        disabled={blocked !== null}
        onClick={() => void score()}
      >
        {text.scores.start}
      </Button>
      {blocked && <span className={classes.quiet}>{text.scores.blocked[blocked]}</span>}
    </div>
  );
}

type Block = keyof Text["scores"]["blocked"];

/** Why scoring is unavailable, or null. */
function blockOf(state: StudioState): Block | null {
  if (isTraining(state)) return "training";
  if (!state.model) return "model";
  if (isExcluded(state, "evaluate")) return "busy";
  if (!selectDataset(state)?.rows) return "data";
  return evaluateArgs(state) ? null : "form";
}
