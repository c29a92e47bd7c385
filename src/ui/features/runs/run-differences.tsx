import type { ListedRun } from "../../../shared/run-record";
import { methodSpecs } from "../../../shared/methods";
import { trainingFields } from "../../../shared/training";
import { formatTyped } from "../../lib/typed-number";
import { type Text, useText } from "../../text/text";
import classes from "./compare-runs.module.css";

/** A table of the settings in which runs differ. */
export function RunDifferences({ runs }: { readonly runs: readonly ListedRun[] }) {
  const text = useText();
  const words = text.compareRuns;
  if (runs.length < 2) return null;
  const rows = runDifferences(runs, text);
  return (
    <section aria-labelledby="differences-title">
      <h3 id="differences-title" className={classes.chartTitle}>
        {words.differences}
      </h3>
      {rows.length === 0 ? (
        <p className={classes.hint}>{words.same}</p>
      ) : (
        <div className={classes.scroll}>
          <table className={classes.table} aria-labelledby="differences-title">
            <thead>
              <tr>
                <th scope="col">{words.setting}</th>
                {runs.map(({ id, number }) => (
                  <th key={id} scope="col">
                    {words.line(number)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, values }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {values.map((value, index) => (
                    <td key={index}>{value}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The settings in which runs differ, as text, with each run's value. */
export function runDifferences(
  runs: readonly ListedRun[],
  text: Text,
): { readonly name: string; readonly values: readonly string[] }[] {
  const words = text.compareRuns.facts;
  const named: [string, (run: ListedRun) => unknown][] = [
    [words.model, ({ model }) => [model.title, ...model.precision].join(", ")],
    [words.data, ({ data }) => data.name],
    [words.content, ({ config }) => config.datasetHash?.slice(0, 8)],
    [words.rows, ({ data }) => data.rows],
    [words.template, ({ config }) => config.templateId],
    [words.method, ({ config }) => text.methods[config.method.id].title],
    ...trainingFields.map(({ name }): [string, (run: ListedRun) => unknown] => [
      text.trainingOptions[name].label,
      ({ config }) => config.training[name],
    ]),
    ...optionNames(runs).map((name): [string, (run: ListedRun) => unknown] => [
      name,
      ({ config }) => config.method.options[name],
    ]),
    [words.steps, ({ totalSteps }) => totalSteps],
    [words.gpu, ({ environment }) => environment.gpu],
  ];
  return named.flatMap(([name, valueOf]) => {
    const values = runs.map((run) => shown(valueOf(run), text));
    return values.every((value) => value === values[0]) ? [] : [{ name, values }];
  });
}

/** Names of all method options of the runs, as in the libraries. */
function optionNames(runs: readonly ListedRun[]): string[] {
  const names = runs.flatMap(({ config }) => methodSpecs[config.method.id].fields.map(({ name }) => name));
  return [...new Set(names)];
}

function shown(value: unknown, text: Text): string {
  if (value === undefined || value === "" || value === null) return "–";
  if (typeof value === "number") return formatTyped(value);
  if (typeof value === "boolean") return value ? text.compareRuns.on : text.compareRuns.off;
  return typeof value === "string" ? value : JSON.stringify(value);
}
