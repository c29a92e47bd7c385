import { Skeleton, TextInput } from "@mantine/core";
import { useState } from "react";
import type { TrainingForecast } from "../../../shared/forecast";
import { Notice } from "../../components/notice";
import { formatTyped, parseTyped } from "../../lib/typed-number";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectMixed, selectRunConfig } from "../../store/selectors";
import { useText } from "../../text/text";
import { FitChanges } from "./fit-changes";
import { useForecast } from "./forecast-context";
import { MemoryBar } from "./memory-bar";
import classes from "./run-forecast.module.css";
import { RunTime } from "./run-time";

const GIGABYTE = 1e9;

/** Predicted memory and time of a run, updated with its options. */
export function RunForecast() {
  const text = useText();
  const gpu = useStudio((state) => state.environment?.gpu ?? null);
  const locked = useStudio(isTraining);
  const { remote, isPlannable, budgetBytes, assumedBytes, setBudget } = useForecast();
  if (!gpu) return null;
  const forecast = remote.value;
  const problem = remote.problem && text.problem(remote.problem.problem);
  return (
    <section className={classes.panel} aria-labelledby="forecast-title" aria-busy={remote.busy}>
      <div className={classes.head}>
        <h3 id="forecast-title" className={classes.title}>
          {text.forecast.title}
        </h3>
        {forecast && (
          <span className={classes.total} data-over={forecast.memory.total > budgetBytes || undefined}>
            {text.forecast.of(forecast.memory.total, budgetBytes)}
          </span>
        )}
      </div>
      {!isPlannable && <p className={classes.quiet}>{text.forecast.waiting}</p>}
      {isPlannable && !forecast && !remote.problem && <Skeleton height={96} radius="md" />}
      {problem && (
        <Notice kind="info">
          {problem.what} {problem.advice}
        </Notice>
      )}
      {forecast && <MixedRows forecast={forecast} />}
      {forecast && <MemoryBar memory={forecast.memory} budgetBytes={budgetBytes} />}
      {forecast && (
        <FitChanges
          forecast={forecast}
          budgetBytes={budgetBytes}
          maxBindingBytes={gpu.maxBindingBytes}
          disabled={locked}
        />
      )}
      <div className={classes.foot}>
        {forecast ? <RunTime forecast={forecast} /> : <div />}
        <BudgetField
          gigabytes={budgetBytes / GIGABYTE}
          hint={text.forecast.budgetHint(assumedBytes, gpu.maxBufferBytes)}
          onChange={setBudget}
        />
      </div>
    </section>
  );
}

/** Number of mixed-in rows, and whether the dataset has as many as requested. */
function MixedRows({ forecast: { trainRows, mixedRows } }: { forecast: TrainingForecast }) {
  const text = useText();
  const { name, share } = useStudio((state) => {
    const config = selectRunConfig(state);
    return { name: selectMixed(state)?.name ?? "", share: config?.training.mixShare ?? 0 };
  });
  if (mixedRows === 0) return null;
  return <p className={classes.sentence}>{text.forecast.mixed(trainRows, mixedRows, name, share)}</p>;
}

/** The GPU's memory, which only the user can know; when cleared, it is estimated again. */
function BudgetField({
  gigabytes,
  hint,
  onChange,
}: {
  gigabytes: number;
  hint: string;
  onChange: (gigabytes: number | null) => void;
}) {
  const text = useText();
  const [draft, setDraft] = useState<string | null>(null);
  const typed = draft === null ? gigabytes : parseTyped(draft);
  const isWrong = draft !== null && draft.trim() !== "" && !(typed !== null && typed > 0);
  return (
    <TextInput
      className={classes.budget ?? ""}
      label={text.forecast.budget}
      description={hint}
      inputWrapperOrder={["label", "input", "error", "description"]}
      inputMode="decimal"
      autoComplete="off"
      value={draft ?? formatTyped(Number(gigabytes.toPrecision(3)))}
      error={isWrong ? text.forecast.budgetProblem : null}
      onChange={({ currentTarget: { value } }) => {
        setDraft(value);
        const number = parseTyped(value);
        if (number !== null && number > 0) onChange(number);
        else if (value.trim() === "") onChange(null);
      }}
      onBlur={() => {
        setDraft(null);
      }}
    />
  );
}
