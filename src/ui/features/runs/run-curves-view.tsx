import { Button } from "@mantine/core";
import { useMemo, useRef } from "react";
import type { ListedRun, RunDetails } from "../../../shared/run-record";
import { Chart, type ChartAxis, type ChartLine } from "../../components/chart";
import { type ChartImage, saveChart } from "../../lib/chart-image";
import { CURVES, type RunAxis, type RunCurve, runCurve, smoothed } from "../../lib/run-curves";
import { formatTyped } from "../../lib/typed-number";
import { useText } from "../../text/text";
import classes from "./compare-runs.module.css";

/** A run with its curves and colour. */
export interface ShownRun {
  readonly run: ListedRun;
  readonly details: RunDetails;
  /** CSS variable of its colour. */
  readonly color: string;
}

interface Props {
  readonly runs: readonly ShownRun[];
  readonly axis: RunAxis;
  readonly log: boolean;
  readonly smoothing: number;
}

const HEIGHT = 220;

/** A chart per kind of curve with a line per run; cursor and zoom are shared. */
export function RunCurves({ runs, axis, log, smoothing }: Props) {
  const text = useText();
  const { compareRuns: words, format } = text;
  const across = useMemo(
    (): ChartAxis => ({
      tick: (value) => (axis === "time" ? format.fixed(value, value < 10 ? 1 : 0) : format.compact(value)),
      at: words.at[axis],
    }),
    [axis, format, words],
  );
  const formats: Readonly<Record<RunCurve, (value: number) => string>> = {
    loss: format.loss,
    validation: format.loss,
    rate: short,
    norm: short,
    speed: format.rate,
  };
  return (
    <div className={classes.charts}>
      {CURVES.map((curve) => (
        <OneChart
          key={curve}
          title={words.curves[curve]}
          lines={linesOf(runs, curve, axis, smoothing, words)}
          version={JSON.stringify([runs.map(({ run }) => [run.id, run.savedAt]), axis, smoothing])}
          log={log}
          axis={across}
          format={formats[curve]}
        />
      ))}
    </div>
  );
}

interface ChartProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly version: string;
  readonly log: boolean;
  readonly axis: ChartAxis;
  readonly format: (value: number) => string;
}

function OneChart({ title, lines, version, log, axis, format }: ChartProps) {
  const text = useText().compareRuns;
  const holder = useRef<HTMLDivElement>(null);
  const save = (kind: ChartImage): void => {
    if (holder.current) void saveChart(holder.current, { title, lines, log, axis, format }, kind);
  };
  return (
    <div ref={holder} className={classes.chart}>
      <div className={classes.chartHead}>
        <h3 className={classes.chartTitle}>{title}</h3>
        {(["png", "svg"] as const).map((kind) => (
          <Button
            key={kind}
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-label={text.save(title, kind.toUpperCase())}
            onClick={() => {
              save(kind);
            }}
          >
            {kind.toUpperCase()}
          </Button>
        ))}
      </div>
      <Chart
        label={title}
        lines={lines}
        version={version}
        height={HEIGHT}
        format={format}
        placeholder={text.nothing}
        log={log}
        group="runs"
        axis={axis}
      />
    </div>
  );
}

function linesOf(
  runs: readonly ShownRun[],
  curve: RunCurve,
  axis: RunAxis,
  keep: number,
  words: ReturnType<typeof useText>["compareRuns"],
): ChartLine[] {
  return runs.flatMap(({ run, details, color }): ChartLine[] => {
    const raw = runCurve(details, curve, axis);
    const name = words.line(run.number);
    const line = { name, color, width: 2, steps: raw.x, values: raw.y };
    if (curve === "validation") return [{ ...line, points: true }];
    if (curve === "rate" || keep === 0) return [line];
    const even = smoothed(raw, keep);
    return [
      { ...line, values: even.y },
      { ...line, name: words.rawLine(run.number), width: 1, faint: true },
    ];
  });
}

function short(value: number): string {
  return formatTyped(Number(value.toPrecision(3)));
}
