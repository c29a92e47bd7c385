import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Field } from "../../../shared/fields";
import type { ListedRun } from "../../../shared/run-record";
import { METHOD_AXIS, readAxis, SWEEP_AXES, type SweepAxis, sweepFields } from "../../../shared/sweep";
import { trainingFields } from "../../../shared/training";
import { Fold } from "../../components/fold";
import { formatTyped, parseTyped } from "../../lib/typed-number";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectTrainBlock } from "../../store/selectors";
import { selectSweepRuns } from "../../store/sweep-slice";
import { type Text, useText } from "../../text/text";
import classes from "./sweep.module.css";

const DEFAULT_STEPS = 40;

interface Draft {
  /** Name of the setting; empty for none. */
  readonly name: string;
  readonly typed: string;
}

/** Short runs over two or three values of one or two settings, and a table of what came of them. */
export function Sweep() {
  const text = useText();
  const words = text.train.sweep;
  const { methodId, sweep, blocked, start, stop } = useStudio((state) => ({
    methodId: state.methodId,
    sweep: state.sweep,
    blocked: isTraining(state) || selectTrainBlock(state) !== null,
    start: state.startSweep,
    stop: state.stopSweep,
  }));
  const [drafts, setDrafts] = useState<readonly Draft[]>([
    { name: "learningRate", typed: "" },
    { name: "", typed: "" },
  ]);
  const [steps, setSteps] = useState(String(DEFAULT_STEPS));
  const fields = sweepFields(methodId);
  const axes = drafts.slice(0, SWEEP_AXES).map((draft) => axisOf(draft, fields));
  const wanted = axes.filter((axis) => axis !== "none");
  const valid = wanted.filter((axis) => axis !== null);
  const names = valid.map(({ name }) => name);
  const stepCount = parseTyped(steps);
  const isComplete =
    valid.length > 0 && valid.length === wanted.length && new Set(names).size === names.length;
  const canStart = isComplete && stepCount !== null && Number.isInteger(stepCount) && stepCount > 0;
  const runs = valid.reduce((product, { values }) => product * values.length, 1);
  return (
    <Fold title={words.title}>
      <div className={classes.sweep}>
        <p className={classes.hint}>{words.intro}</p>
        {drafts.map((draft, index) => (
          <AxisFields
            key={index}
            number={index + 1}
            draft={draft}
            fields={fields}
            isWrong={draft.typed.trim() !== "" && axes[index] === null}
            onChange={(changed) => {
              setDrafts(drafts.with(index, changed));
            }}
          />
        ))}
        <div className={classes.row}>
          <TextInput
            className={classes.steps ?? ""}
            label={words.steps}
            inputMode="numeric"
            autoComplete="off"
            value={steps}
            onChange={(event) => {
              setSteps(event.currentTarget.value);
            }}
          />
          {sweep ? (
            <Button variant="default" onClick={stop}>
              {words.stop}
            </Button>
          ) : (
            <Button
              variant="default"
              disabled={blocked || !canStart}
              onClick={() => {
                if (stepCount !== null) void start(valid, stepCount);
              }}
            >
              {words.start}
            </Button>
          )}
          <span className={classes.hint} aria-live="polite">
            {sweep
              ? words.progress(sweep.done, sweep.total)
              : canStart
                ? words.count(runs, stepCount)
                : words.need}
          </span>
        </div>
        <SweepTable />
      </div>
    </Fold>
  );
}

/** The axis of a draft: "none" if no setting is chosen, null if its values are not valid. */
function axisOf({ name, typed }: Draft, fields: readonly Field[]): SweepAxis | null | "none" {
  const field = fields.find((known) => known.name === name);
  if (!field) return "none";
  return readAxis(field, typed.split(/[;\s]+|,(?!\d)/).filter(Boolean), parseTyped);
}

interface AxisProps {
  readonly number: number;
  readonly draft: Draft;
  readonly fields: readonly Field[];
  readonly isWrong: boolean;
  readonly onChange: (draft: Draft) => void;
}

function AxisFields({ number, draft, fields, isWrong, onChange }: AxisProps) {
  const text = useText();
  const words = text.train.sweep;
  const field = fields.find(({ name }) => name === draft.name);
  return (
    <div className={classes.row}>
      <NativeSelect
        className={classes.setting ?? ""}
        label={words.setting(number)}
        value={draft.name}
        data={[
          ...(number > 1 ? [{ value: "", label: words.noSetting }] : []),
          ...fields.map(({ name }) => ({ value: name, label: settingName(name, text) })),
        ]}
        onChange={(event) => {
          onChange({ name: event.currentTarget.value, typed: "" });
        }}
      />
      <TextInput
        className={classes.values ?? ""}
        label={words.values(number)}
        autoComplete="off"
        disabled={!field}
        placeholder={field ? example(field) : ""}
        value={draft.typed}
        error={isWrong ? words.wrong : null}
        onChange={(event) => {
          onChange({ ...draft, typed: event.currentTarget.value });
        }}
      />
    </div>
  );
}

function example(field: Field): string {
  if (field.type === "select") return field.choices.slice(0, 2).join(" ");
  const value = Number(field.default) || 1;
  return [value, value * 2].map(formatTyped).join(" ");
}

function settingName(name: string, text: Text): string {
  if (name === METHOD_AXIS) return text.train.sweep.method;
  const field = trainingFields.find((known) => known.name === name);
  return field ? text.trainingOptions[field.name].label : name;
}

/** What the latest sweep found, best first. */
function SweepTable() {
  const text = useText();
  const words = text.train.sweep;
  const { kept, sweep, training, take } = useStudio((state) => ({
    kept: state.runs,
    sweep: state.sweep,
    training: isTraining(state),
    take: state.takeSweep,
  }));
  const runs = selectSweepRuns({ runs: kept, sweep });
  const [first] = runs;
  if (!first) return null;
  const names = Object.keys(first.config.sweep?.values ?? {});
  const loss = (value: number | null): string => (value === null ? "–" : text.format.loss(value));
  const hasBest = first.state === "done" && (first.best ?? first.finalLoss) !== null;
  return (
    <>
      <div className={classes.scroll}>
        <table className={classes.table} aria-label={words.table}>
          <thead>
            <tr>
              <th scope="col">{words.run}</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {settingName(name, text)}
                </th>
              ))}
              <th scope="col" data-number>
                {words.validation}
              </th>
              <th scope="col" data-number>
                {words.loss}
              </th>
              <th scope="col">{words.state}</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id} data-best={(hasBest && run === first) || undefined}>
                <th scope="row">{text.runs.numbered(run.number)}</th>
                {names.map((name) => (
                  <td key={name}>{shown(run, name)}</td>
                ))}
                <td data-number>{loss(run.best?.loss ?? null)}</td>
                <td data-number>{loss(run.finalLoss)}</td>
                <td>{text.runs.states[run.state]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasBest && (
        <Button
          size="compact-md"
          variant="light"
          className={classes.take ?? ""}
          disabled={sweep !== null || training}
          onClick={() => {
            take(first);
          }}
        >
          {words.take}
        </Button>
      )}
    </>
  );
}

function shown({ config }: ListedRun, name: string): string {
  const value = config.sweep?.values[name];
  return typeof value === "number"
    ? formatTyped(value)
    : typeof value === "object"
      ? ""
      : String(value ?? "");
}
