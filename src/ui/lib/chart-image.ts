import type { ChartAxis, ChartLine } from "../components/chart";
import { saveBlob } from "./save-file";

export type ChartImage = "png" | "svg";

/** Contents of a chart image. */
export interface ChartPicture {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly log: boolean;
  readonly axis: ChartAxis;
  readonly format: (value: number) => string;
}

const SIZE = { width: 960, height: 480 };
const FRAME = { left: 72, right: 24, top: 48, bottom: 72 };
const PNG_SCALE = 2;

/** Downloads a chart as an image in the page's colours. */
export async function saveChart(element: Element, picture: ChartPicture, kind: ChartImage): Promise<void> {
  const style = getComputedStyle(element);
  const color = (role: string): string => style.getPropertyValue(role).trim();
  const svg = chartSvg(picture, color);
  const name = `${picture.title.toLowerCase().replaceAll(/\W+/g, "-")}.${kind}`;
  saveBlob(name, kind === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await rasterise(svg));
}

/**
 * A chart as SVG, with its own axes and legend.
 *
 * @param color the value of a CSS variable
 */
export function chartSvg(picture: ChartPicture, color: (role: string) => string): string {
  const { title, axis, format, log } = picture;
  const lines = picture.lines.map((line) => ({ ...line, points: pointsOf(line, log) }));
  const all = lines.flatMap(({ points }) => points);
  const { width, height } = SIZE;
  const scale = (value: number): number => (log ? Math.log10(value) : value);
  const x = spread(
    all.map(([at]) => at),
    FRAME.left,
    width - FRAME.right,
  );
  const y = spread(
    all.map(([, value]) => scale(value)),
    height - FRAME.bottom,
    FRAME.top,
  );
  const ink = escape(color("--lt-muted"));
  const text = (left: number, top: number, words: string, anchor: string): string =>
    `<text x="${left}" y="${top}" fill="${ink}" text-anchor="${anchor}">${escape(words)}</text>`;
  const grid = y.ticks.map((tick) => {
    const top = round(y.place(tick));
    const rule = `<path d="M${FRAME.left} ${top}H${width - FRAME.right}" stroke="${escape(color("--lt-line"))}"/>`;
    return rule + text(FRAME.left - 8, top + 4, format(log ? 10 ** tick : tick), "end");
  });
  const foot = x.ticks.map((tick) =>
    text(round(x.place(tick)), height - FRAME.bottom + 20, axis.tick(tick), "middle"),
  );
  const curves = lines.map(({ points, color: role, width: stroke, faint }) => {
    const path = points.map(([at, value]) => `${round(x.place(at))} ${round(y.place(scale(value)))}`);
    const look = `stroke="${escape(color(role))}" stroke-width="${stroke}" opacity="${faint ? 0.35 : 1}"`;
    return path.length === 0 ? "" : `<path d="M${path.join("L")}" fill="none" ${look}/>`;
  });
  const named = lines.filter(({ faint }) => !faint);
  const legend = named.map(({ name, color: role }, index) => {
    const left = FRAME.left + index * 130;
    const mark = `<rect x="${left}" y="${height - 26}" width="14" height="4" fill="${escape(color(role))}"/>`;
    return mark + text(left + 20, height - 20, name, "start");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="${escape(color("--lt-surface"))}"/>`,
    `<text x="${FRAME.left}" y="28" fill="${escape(color("--lt-ink"))}" font-size="16" font-weight="600">${escape(title)}</text>`,
    ...grid,
    ...foot,
    ...curves,
    ...legend,
    "</svg>",
  ].join("\n");
}

function pointsOf({ steps, values }: ChartLine, log: boolean): [number, number][] {
  const points = Array.from(steps, (step, index): [number, number] => [step, values[index] ?? NaN]);
  return points.filter(([, value]) => Number.isFinite(value) && (!log || value > 0));
}

/** A linear scale over the values, with about five round ticks. */
function spread(
  values: readonly number[],
  from: number,
  to: number,
): { readonly ticks: readonly number[]; place(value: number): number } {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!(low <= high)) return { ticks: [], place: () => from };
  const span = high - low || 1;
  const rough = 10 ** Math.floor(Math.log10(span / 5));
  const step = rough * ([1, 2, 5, 10].find((factor) => span / (factor * rough) <= 6) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step)
    ticks.push(Number(tick.toPrecision(12)));
  return { ticks, place: (value) => from + ((value - low) / span) * (to - from) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** Loads an SVG from a data URL, since the page's security policy forbids blob URLs for images. */
async function rasterise(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(SIZE.width * PNG_SCALE, SIZE.height * PNG_SCALE);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/png" });
}
