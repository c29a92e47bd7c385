import { Button, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { selectDataset } from "../../store/selectors";
import type { Turn } from "../../store/state";
import { useText } from "../../text/text";
import classes from "./ratings.module.css";

interface Props {
  readonly turn: Turn;
  /** Index of the answer in the turn. */
  readonly index: number;
  readonly name: string;
  readonly onClose: () => void;
}

/** Saves the conversation with an answer as a dataset row, after editing. */
export function KeepRow({ turn, index, name, onClose }: Props) {
  const text = useText();
  const { dataset, locked, problem, keepRow } = useStudio((state) => ({
    dataset: selectDataset(state),
    locked: isExcluded(state, "edit-dataset") || isExcluded(state, "import-dataset"),
    problem: state.dataProblem,
    keepRow: state.keepRow,
  }));
  const [answer, setAnswer] = useState(turn.answers[index]?.answer.text ?? "");
  const [isNew, setNew] = useState(false);
  const [title, setTitle] = useState(text.ratings.newName);
  const [kept, setKept] = useState<string | null>(null);
  const intoNew = isNew || !dataset;
  const submit = async () => {
    const where = intoNew ? title.trim() : dataset.name;
    const target = intoNew ? { name: where } : { datasetId: dataset.id };
    if (await keepRow(turn.id, index, answer, target))
      setKept(intoNew ? text.ratings.keptNew(where) : text.ratings.kept(where));
  };
  if (kept !== null) {
    return (
      <p className={classes.kept} role="status">
        {kept}{" "}
        <Button size="compact-sm" variant="subtle" onClick={onClose}>
          {text.ratings.close}
        </Button>
      </p>
    );
  }
  return (
    <form
      className={classes.form}
      aria-label={text.ratings.keep(name)}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Textarea
        label={text.ratings.answer}
        value={answer}
        autosize
        minRows={2}
        maxRows={12}
        autoFocus
        onChange={(event) => {
          setAnswer(event.currentTarget.value);
        }}
      />
      <TargetFields
        current={dataset?.name}
        title={intoNew ? title : null}
        onNew={setNew}
        onTitle={setTitle}
      />
      <ProblemAlert problem={problem} />
      <span className={classes.buttons}>
        <Button
          size="compact-sm"
          type="submit"
          disabled={locked || answer.trim() === "" || (intoNew && title.trim() === "")}
        >
          {text.ratings.keepRow}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onClose}>
          {text.ratings.cancel}
        </Button>
      </span>
    </form>
  );
}

interface TargetProps {
  /** Name of the dataset in use, if there is one. */
  readonly current: string | undefined;
  /** Name of the new dataset; null for the one in use. */
  readonly title: string | null;
  readonly onNew: (isNew: boolean) => void;
  readonly onTitle: (title: string) => void;
}

/** Where to save the row. */
function TargetFields({ current, title, onNew, onTitle }: TargetProps) {
  const text = useText();
  return (
    <div className={classes.fields}>
      <NativeSelect
        label={text.ratings.where}
        value={title === null ? "current" : "new"}
        data={[
          ...(current === undefined ? [] : [{ value: "current", label: current }]),
          { value: "new", label: text.ratings.newDataset },
        ]}
        onChange={(event) => {
          onNew(event.currentTarget.value === "new");
        }}
      />
      {title !== null && (
        <TextInput
          label={text.ratings.datasetName}
          value={title}
          onChange={(event) => {
            onTitle(event.currentTarget.value);
          }}
        />
      )}
    </div>
  );
}
