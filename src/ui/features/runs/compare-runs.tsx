import { Button, Checkbox, CloseButton, NativeSelect, Slider, Switch } from "@mantine/core";
import { IconChartLine } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { ListedRun } from "../../../shared/run-record";
import { SCORE_IDS, type ScoreId, scoreSpecs } from "../../../shared/scores";
import { ProblemAlert } from "../../components/problem-alert";
import { AXES, type RunAxis } from "../../lib/run-curves";
import { useStudio, useStudioContext } from "../../store/context";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./compare-runs.module.css";
import { RunCurves, type ShownRun } from "./run-curves-view";
import { RunDifferences } from "./run-differences";

/** Colours of compared runs, in order of their selection. */
const COLORS = ["--lt-accent", "--lt-rose", "--lt-run-3", "--lt-run-4", "--lt-run-5", "--lt-run-6"] as const;

/** Opens the comparison of runs as an overlay. */
export function CompareRunsButton() {
  const text = useText().compareRuns;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="compact-md"
        variant="default"
        leftSection={<IconChartLine size={16} aria-hidden />}
        onClick={() => {
          setOpen(true);
        }}
      >
        {text.open}
      </Button>
      {open && (
        <CompareRuns
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

function CompareRuns({ onClose }: { readonly onClose: () => void }) {
  const text = useText().compareRuns;
  const dialog = useRef<HTMLDialogElement>(null);
  const runs = useStudio((state) => state.runs);
  const [chosen, setChosen] = useState<readonly string[]>(() => runs.slice(0, 3).map(({ id }) => id));
  const [axis, setAxis] = useState<RunAxis>("step");
  const [log, setLog] = useState(false);
  const [smoothing, setSmoothing] = useState(0.6);
  const { shown, problem } = useShownRuns(runs, chosen);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className={classes.dialog} aria-labelledby="compare-runs-title" onClose={onClose}>
      <header className={classes.head}>
        <h2 id="compare-runs-title" className={classes.title}>
          {text.title}
        </h2>
        <CloseButton aria-label={text.close} onClick={onClose} />
      </header>
      <ProblemAlert problem={problem} />
      <RunChoice runs={runs} chosen={chosen} onChoose={setChosen} />
      <div className={classes.options}>
        <NativeSelect
          size="sm"
          label={text.axis}
          value={axis}
          data={AXES.map((value) => ({ value, label: text.axes[value] }))}
          onChange={({ currentTarget: { value } }) => {
            setAxis(AXES.find((known) => known === value) ?? "step");
          }}
        />
        <div className={classes.slider}>
          <span id="smoothing-label">{text.smoothing}</span>
          <Slider
            aria-labelledby="smoothing-label"
            thumbLabel={text.smoothing}
            min={0}
            max={0.98}
            step={0.02}
            label={null}
            value={smoothing}
            onChange={setSmoothing}
          />
        </div>
        <Switch
          label={text.log}
          checked={log}
          onChange={({ currentTarget: { checked } }) => {
            setLog(checked);
          }}
        />
        <span className={classes.hint}>{text.zoom}</span>
      </div>
      <RunCurves runs={shown} axis={axis} log={log} smoothing={smoothing} />
      <RunDifferences runs={shown.map(({ run }) => run)} />
    </dialog>
  );
}

/** Loads the curves of the chosen runs, each once. */
function useShownRuns(runs: readonly ListedRun[], chosen: readonly string[]) {
  const { client } = useStudioContext();
  const found = chosen.flatMap((id) => runs.find((run) => run.id === id) ?? []);
  const { value, problem } = useRemote(
    JSON.stringify(found.map(({ id, savedAt }) => [id, savedAt])),
    (signal) => Promise.all(found.map(({ id }) => client.withSignal(signal).call("readRun", { id }))),
  );
  const shown = found.flatMap((run, index): ShownRun[] => {
    const details = value?.find(({ summary }) => summary.id === run.id)?.details;
    return details ? [{ run, details, color: COLORS[index % COLORS.length] ?? COLORS[0] }] : [];
  });
  return { shown, problem };
}

/** Sort keys of runs; null if a run has no such value. */
const FIGURES = {
  number: (run: ListedRun) => -run.number,
  loss: (run: ListedRun) => run.finalLoss,
  validation: (run: ListedRun) => run.validationLoss,
  best: (run: ListedRun) => run.best?.loss ?? null,
  time: (run: ListedRun) => run.elapsedMs,
  tokens: (run: ListedRun) => run.tokens,
} as const;
type Figure = keyof typeof FIGURES;
const FIGURE_NAMES: readonly Figure[] = ["number", "loss", "validation", "best", "time", "tokens"];

/** Sorts by a figure, or by a score of the runs' scorecards: the best first. */
function sortKey(by: Figure | ScoreId, scored: boolean, run: ListedRun): number {
  if (!scored) return FIGURES[by as Figure](run) ?? Infinity;
  const value = run.scores?.[by as ScoreId];
  if (value === undefined) return Infinity;
  return scoreSpecs[by as ScoreId].better === "higher" ? -value : value;
}

/** A column: a figure of the runs, or a score of their scorecards. */
interface SortBy {
  readonly name: Figure | ScoreId;
  readonly scored: boolean;
}

interface ChoiceProps {
  readonly runs: readonly ListedRun[];
  readonly chosen: readonly string[];
  readonly onChoose: (ids: readonly string[]) => void;
}

/** All runs, sortable, with a checkbox to include each in the comparison. */
function RunChoice({ runs, chosen, onChoose }: ChoiceProps) {
  const { compareRuns: text, scores: scoreWords, format } = useText();
  const [by, setBy] = useState<SortBy>({ name: "number", scored: false });
  const scoreIds = SCORE_IDS.filter((id) => runs.some(({ scores }) => scores?.[id] !== undefined));
  const columns: readonly SortBy[] = [
    ...FIGURE_NAMES.map((name) => ({ name, scored: false })),
    ...scoreIds.map((name) => ({ name, scored: true })),
  ];
  const key = (run: ListedRun): number => sortKey(by.name, by.scored, run);
  const sorted = runs.toSorted((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)));
  const loss = (value: number | null): string => (value === null ? "–" : format.loss(value));
  const cells = (run: ListedRun): readonly string[] => [
    loss(run.finalLoss),
    loss(run.validationLoss),
    loss(run.best?.loss ?? null),
    format.exactly(run.elapsedMs),
    format.integer(run.tokens),
    ...scoreIds.map((id) => {
      const value = run.scores?.[id];
      return value === undefined ? "–" : scoreWords.value(id, value);
    }),
  ];
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={text.title}>
        <thead>
          <tr>
            {columns.map(({ name, scored }) => {
              const isChosen = name === by.name && scored === by.scored;
              const isFalling = scored && scoreSpecs[name as ScoreId].better === "higher";
              return (
                <th
                  key={`${name} ${scored}`}
                  scope="col"
                  data-number={name !== "number" || undefined}
                  aria-sort={isChosen ? (isFalling ? "descending" : "ascending") : "none"}
                >
                  <button
                    type="button"
                    className={classes.sort}
                    onClick={() => {
                      setBy({ name, scored });
                    }}
                  >
                    {scored ? scoreWords.names[name as ScoreId] : text.scores[name as Figure]}
                    {isChosen && <span aria-hidden>{isFalling ? " ↓" : " ↑"}</span>}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((run) => {
            const at = chosen.indexOf(run.id);
            return (
              <tr key={run.id}>
                <th scope="row">
                  <Checkbox
                    size="sm"
                    {...(at >= 0 && { color: `var(${COLORS[at % COLORS.length] ?? COLORS[0]})` })}
                    label={`${run.number} · ${run.name}${run.note === "" ? "" : ` (${run.note})`}`}
                    checked={at >= 0}
                    disabled={at < 0 && chosen.length >= COLORS.length}
                    onChange={() => {
                      onChoose(at >= 0 ? chosen.filter((id) => id !== run.id) : [...chosen, run.id]);
                    }}
                  />
                </th>
                {cells(run).map((cell, index) => (
                  <td key={index} data-number>
                    {cell}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
