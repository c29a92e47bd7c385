import { useEffect, useRef, useState } from "react";
import "../lib/browser-language";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useShownScheme } from "../lib/use-shown-scheme";
import type { Format } from "../text/format";
import { useText } from "../text/text";
import classes from "./chart.module.css";

/** A chart line: its values by step, without NaN, and its style. */
export interface ChartLine {
  readonly name: string;
  /** CSS variable of the colour, such as "--lt-accent". */
  readonly color: string;
  readonly width: number;
  /** Drawn faintly, behind the others. */
  readonly faint?: boolean;
  readonly points?: boolean;
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

interface Props {
  readonly label: string;
  readonly lines: readonly ChartLine[];
  /** Changes whenever the lines' values do. */
  readonly version: number | string;
  readonly height: number;
  readonly format: (value: number) => string;
  readonly placeholder?: string;
  /** Logarithmic value axis; non-positive values are omitted. */
  readonly log?: boolean;
  /** Charts with the same name share cursor and zoom: dragging zooms, a double click shows everything again. */
  readonly group?: string;
  /** The horizontal axis; default: steps. */
  readonly axis?: ChartAxis;
}

/** A horizontal axis other than steps. */
export interface ChartAxis {
  /** Label of a tick. */
  readonly tick: (value: number) => string;
  /** Label of the value under the cursor, with its unit. */
  readonly at: (value: number) => string;
}

/**
 * A line chart over steps. Its legend shows the values at the cursor, or else the last ones. The arrow keys move the
 * cursor, like a slider whose value is read out.
 */
export function Chart(props: Props) {
  const { label, lines, version, height, format, placeholder, log = false, group, axis } = props;
  const text = useText();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useShownScheme();
  const [pointed, setPointed] = useState<number | null>(null);
  const data = useRef<uPlot.AlignedData>([[]]);
  const shape = JSON.stringify(
    lines.map(({ name, color, width, faint, points }) => [name, color, width, faint, points]),
  );

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const chart = new uPlot(
      plotOptions(element, { lines, height, log, group, axis, format: text.format, onPoint: setPointed }),
      data.current,
      element,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
    // Recreate the chart only when its shape or colours change; values are updated with setData below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, scheme, height, text, log, group, axis]);

  useEffect(() => {
    data.current = align(lines, log);
    plot.current?.setData(data.current);
    // `version` stands for the lines' values, which are mutated in place.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [version, shape, scheme, height, log, group, axis]);

  const lastSteps = lines.flatMap(({ steps }) => steps.at(-1) ?? []);
  const lastStep = lastSteps.length === 0 ? null : Math.max(...lastSteps);
  const step = pointed ?? lastStep;
  const firstStep = Math.min(...lines.flatMap(({ steps }) => steps[0] ?? []));
  const place = step === null ? "" : axis ? axis.at(step) : text.run.atStep(step);
  const drawn = lines.filter(({ steps }) => steps.length > 0);
  const main = drawn.find((line) => !line.faint) ?? drawn[0];
  const mainValue = main?.values.at(-1);
  return (
    <figure className={classes.figure}>
      <div
        ref={holder}
        role="img"
        className={classes.plot}
        style={{ height }}
        data-empty={lastStep === null || undefined}
        aria-label={
          lastStep === null || mainValue === undefined
            ? text.run.chartEmpty(label)
            : text.run.chartLabel(label, lastStep, format(mainValue))
        }
      />
      {step !== null && lastStep !== null && (
        <div
          role="slider"
          tabIndex={0}
          className={classes.cursor}
          style={{ height }}
          aria-label={text.run.chartCursor(label)}
          aria-valuemin={firstStep}
          aria-valuemax={lastStep}
          aria-valuenow={step}
          aria-valuetext={text.run.chartValues(place, valuesAt(drawn, step, format))}
          onKeyDown={(event) => {
            if (plot.current && moveCursor(plot.current, event.key)) event.preventDefault();
          }}
          onBlur={() => plot.current?.setCursor(AWAY)}
        />
      )}
      {lastStep === null && placeholder && (
        <p className={classes.placeholder}>
          <span>{placeholder}</span>
        </p>
      )}
      <figcaption className={classes.legend}>
        {lines.map((line) => (
          <LegendItem key={line.name} line={line} step={step} format={format} />
        ))}
        {step !== null && <span className={classes.step}>{place}</span>}
      </figcaption>
    </figure>
  );
}

function LegendItem({
  line,
  step,
  format,
}: {
  line: ChartLine;
  step: number | null;
  format: Props["format"];
}) {
  const value = step === null ? undefined : valueAt(line, step);
  return (
    <span className={classes.item}>
      <span
        aria-hidden
        className={classes.mark}
        data-faint={line.faint || undefined}
        data-points={line.points || undefined}
        style={{ backgroundColor: `var(${line.color})` }}
      />
      {line.name}
      {value !== undefined && <span className={classes.value}>{format(value)}</span>}
    </span>
  );
}

/** The line's value at a step, or its last value before it. */
function valueAt({ steps, values }: ChartLine, step: number): number | undefined {
  for (let i = steps.length - 1; i >= 0; i--) if ((steps[i] ?? Infinity) <= step) return values[i];
  return undefined;
}

/** The lines' values at a step, with their names. */
function valuesAt(lines: readonly ChartLine[], step: number, format: Props["format"]): string[] {
  return lines.flatMap((line) => {
    const value = valueAt(line, step);
    return value === undefined ? [] : `${line.name} ${format(value)}`;
  });
}

/** A cursor outside of the plot is none. */
const AWAY = { left: -10, top: -10 };

/** Points that a key moves the cursor by; it starts from the last one. */
const KEY_POINTS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -Infinity,
  End: Infinity,
};

/** Moves the cursor by a key, or removes it by Escape; whether the key does either. */
function moveCursor(chart: uPlot, key: string): boolean {
  const [steps] = chart.data;
  const { idx } = chart.cursor;
  if (key === "Escape" && typeof idx === "number") {
    chart.setCursor(AWAY);
    return true;
  }
  const points = KEY_POINTS[key];
  const from = typeof idx === "number" ? idx : steps.length - 1;
  if (points === undefined || steps.length === 0) return false;
  const step = steps[Math.min(Math.max(from + points, 0), steps.length - 1)] ?? 0;
  chart.setCursor({ left: chart.valToPos(step, "x"), top: 0 });
  return true;
}

/** Aligns all lines on a common step axis. */
function align(lines: readonly ChartLine[], log: boolean): uPlot.AlignedData {
  const shown = (value: number): number | null => (log && value <= 0 ? null : value);
  const tables = lines.map((line): uPlot.AlignedData => [
    Array.from(line.steps),
    Array.from(line.values, shown),
  ]);
  return tables.length === 0 ? [[]] : uPlot.join(tables);
}

interface PlotParts extends Pick<Props, "lines" | "height"> {
  readonly log: boolean;
  readonly group: string | undefined;
  readonly axis: ChartAxis | undefined;
  readonly format: Format;
  readonly onPoint: (step: number | null) => void;
}

function plotOptions(element: HTMLElement, parts: PlotParts): uPlot.Options {
  const { lines, height, log, group, axis: across, format, onPoint } = parts;
  const style = getComputedStyle(element);
  const color = (role: string) => style.getPropertyValue(role).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: color("--lt-muted"),
    font,
    grid: { stroke: color("--lt-line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(element.clientWidth, 120),
    height,
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: group !== undefined, y: false },
      points: { size: 7, width: 0, fill: (_, series) => color(lines[series - 1]?.color ?? "") },
      ...(group !== undefined && { sync: { key: group } }),
    },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 4,
        ...(across ? {} : { incrs: STEP_INCREMENTS }),
        space: across ? 64 : 48,
        values: (_, ticks) => ticks.map(across ? across.tick : format.integer),
      },
      { ...axis, size: 52, gap: 6, space: 26, values: (_, ticks) => tickLabels(ticks, format) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.name,
        stroke: color(line.color),
        width: line.width,
        alpha: line.faint ? 0.35 : 1,
        spanGaps: true,
        points: { show: line.points === true, size: 6, fill: color("--lt-surface") },
      })),
    ],
    hooks: {
      setCursor: [
        (chart) => {
          const { idx } = chart.cursor;
          onPoint(typeof idx === "number" ? (chart.data[0][idx] ?? null) : null);
        },
      ],
    },
  };
}

/** On a logarithmic scale uPlot passes null for ticks without a label. */
function tickLabels(ticks: readonly (number | null)[], format: Format): (string | null)[] {
  const labels = format.ticks(ticks.filter((tick) => tick !== null));
  let next = 0;
  return ticks.map((tick) => (tick === null ? null : (labels[next++] ?? null)));
}

const STEP_INCREMENTS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000,
];
