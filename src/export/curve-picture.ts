import type { RunHistory } from "../shared/run-history";

/** Name of the picture beside a model card. */
export const CURVES_FILE = "curves.png";

const SIZE = { width: 960, height: 480 };
/** Space around the plot, for its labels. */
const MARGIN = { left: 76, right: 24, top: 44, bottom: 52 };
const FONT = "15px system-ui, sans-serif";
const COLOURS = { ink: "#333333", grid: "#dddddd", training: "#2f6fb2", validation: "#c2571a" };

interface Point {
  readonly step: number;
  readonly loss: number;
}

/**
 * Draws training and validation loss over the steps.
 * @returns a PNG; null without steps, or where nothing can be drawn
 */
export async function curvePicture(history: RunHistory): Promise<Uint8Array<ArrayBuffer> | null> {
  const isFinite = ({ loss }: Point): boolean => Number.isFinite(loss);
  const training = history.steps.filter(isFinite);
  const validation = history.validation.filter(isFinite);
  if (training.length === 0 || typeof OffscreenCanvas === "undefined") return null;
  const canvas = new OffscreenCanvas(SIZE.width, SIZE.height);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, SIZE.width, SIZE.height);
  pen.font = FONT;
  const axes = axesOf([...training, ...validation]);
  drawAxes(pen, axes);
  drawLine(pen, axes, training, COLOURS.training);
  drawLine(pen, axes, validation, COLOURS.validation);
  for (const point of validation) drawDot(pen, axes, point);
  drawLegend(pen, validation.length > 0);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new Uint8Array(await blob.arrayBuffer());
}

type Pen = OffscreenCanvasRenderingContext2D;

/** Ranges with their marks, and places of points on the picture. */
interface Axes {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  x(step: number): number;
  y(loss: number): number;
}

function axesOf(points: readonly Point[]): Axes {
  const steps = marks(
    points.map(({ step }) => step),
    8,
  );
  const losses = marks(
    points.map(({ loss }) => loss),
    6,
  );
  const place = (all: readonly number[], from: number, to: number) => {
    const [low = 0, high = 1] = [all[0], all.at(-1)];
    return (value: number): number => from + ((value - low) / (high - low || 1)) * (to - from);
  };
  return {
    steps,
    losses,
    x: place(steps, MARGIN.left, SIZE.width - MARGIN.right),
    y: place(losses, SIZE.height - MARGIN.bottom, MARGIN.top),
  };
}

/** Round numbers around all values, about `count` of them. */
export function marks(values: readonly number[], count: number): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const rough = (high - low || Math.abs(high) || 1) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  return Array.from({ length: Math.max(1, last - first) + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

function drawAxes(pen: Pen, { steps, losses, x, y }: Axes): void {
  const [left, right] = [MARGIN.left, SIZE.width - MARGIN.right];
  pen.strokeStyle = COLOURS.grid;
  pen.fillStyle = COLOURS.ink;
  pen.lineWidth = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const loss of losses) {
    line(pen, [
      [left, y(loss)],
      [right, y(loss)],
    ]);
    pen.fillText(String(loss), left - 10, y(loss));
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const step of steps) pen.fillText(String(step), x(step), SIZE.height - MARGIN.bottom + 8);
  pen.fillText("step", (left + right) / 2, SIZE.height - 22);
}

function drawLine(pen: Pen, { x, y }: Axes, points: readonly Point[], colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  line(
    pen,
    points.map(({ step, loss }) => [x(step), y(loss)]),
  );
}

function drawDot(pen: Pen, { x, y }: Axes, { step, loss }: Point): void {
  pen.fillStyle = COLOURS.validation;
  pen.beginPath();
  pen.arc(x(step), y(loss), 4, 0, 2 * Math.PI);
  pen.fill();
}

function drawLegend(pen: Pen, hasValidation: boolean): void {
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillStyle = COLOURS.training;
  pen.fillText("training loss", MARGIN.left, 22);
  if (!hasValidation) return;
  const { width } = pen.measureText("training loss");
  pen.fillStyle = COLOURS.validation;
  pen.fillText("validation loss", MARGIN.left + width + 28, 22);
}

function line(pen: Pen, points: readonly (readonly [number, number])[]): void {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.stroke();
}
