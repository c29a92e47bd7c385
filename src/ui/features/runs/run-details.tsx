import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { RunExportFormat } from "../../../protocol/commands";
import type { ListedRun } from "../../../shared/run-record";
import { formatTyped } from "../../lib/typed-number";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./run-list.module.css";

const FORMATS: readonly RunExportFormat[] = ["json", "csv", "tensorboard", "wandb"];

/** Details of a run: facts, name, note and actions. */
export function RunDetailsView({ run }: { readonly run: ListedRun }) {
  const text = useText().runs;
  const { locked, hasAdapter, show, take, goOn, remove, save } = useStudio((state) => ({
    locked: isTraining(state),
    hasAdapter: state.adapters.some(({ id }) => id === run.id),
    show: state.showRun,
    take: state.takeRunSettings,
    goOn: state.continueRun,
    remove: state.deleteRuns,
    save: state.exportRun,
  }));
  return (
    <div className={classes.details}>
      <div className={classes.buttons}>
        <Button size="compact-sm" variant="light" disabled={locked} onClick={() => void take(run)}>
          {text.take}
        </Button>
        <Button size="compact-sm" variant="default" disabled={locked} onClick={() => void show(run.id)}>
          {text.show}
        </Button>
        {hasAdapter && (
          <Button size="compact-sm" variant="default" disabled={locked} onClick={() => void goOn(run)}>
            {text.goOn}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          disabled={run.state === "running"}
          onClick={() => void remove([run.id])}
        >
          {text.remove}
        </Button>
      </div>
      <Facts run={run} />
      <div className={classes.buttons} role="group" aria-label={text.export}>
        <span className={classes.quiet}>{text.export}</span>
        {FORMATS.map((format) => (
          <Button key={format} size="compact-sm" variant="subtle" onClick={() => void save(run.id, format)}>
            {text.exports[format]}
          </Button>
        ))}
      </div>
      <Label key={`${run.name}\n${run.note}`} run={run} />
    </div>
  );
}

function Facts({ run }: { readonly run: ListedRun }) {
  const { runs: text, format } = useText();
  const { training } = run.config;
  const facts: readonly (readonly [string, string])[] = [
    [text.facts.model, [run.model.title, ...run.model.precision].join(", ")],
    [text.facts.data, run.data.name],
    [text.facts.steps, text.stepOf(run.steps, run.totalSteps)],
    [text.facts.rate, formatTyped(training.learningRate)],
    [text.facts.seed, String(training.seed)],
    ...(run.best ? [[text.facts.best, text.at(run.best.loss, run.best.step)] as const] : []),
    [text.facts.took, format.exactly(run.elapsedMs)],
    [text.facts.tokens, format.integer(run.tokens)],
    [
      text.facts.gpu,
      [run.environment.gpu, run.environment.software && text.software].filter(Boolean).join(", ") || "–",
    ],
    [text.facts.size, format.bytes(run.sizeBytes)],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Name and note of a run. */
function Label({ run }: { readonly run: ListedRun }) {
  const text = useText().runs;
  const edit = useStudio((state) => state.editRun);
  const [name, setName] = useState(run.name);
  const [note, setNote] = useState(run.note);
  const isSame = name.trim() === run.name && note.trim() === run.note;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") void edit(run.id, { name: name.trim(), note: note.trim() });
      }}
    >
      <TextInput
        size="sm"
        label={text.nameLabel}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <TextInput
        size="sm"
        label={text.noteLabel}
        value={note}
        onChange={(event) => {
          setNote(event.currentTarget.value);
        }}
      />
      <Button size="compact-sm" type="submit" variant="default" disabled={isSame || name.trim() === ""}>
        {text.save}
      </Button>
    </form>
  );
}
