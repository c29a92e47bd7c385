import type { RunDetails, RunSummary } from "../../shared/run-record";

/**
 * A run as a TensorBoard event file: TFRecords (length, masked CRC-32C, data, masked CRC-32C) of `Event` messages, with
 * the protocol buffers' fields written by hand: wall_time 1 (double), step 2 (varint), file_version 3 (string),
 * summary 5 of repeated Value 1 with tag 1 (string) and simple_value 2 (float).
 */
export function eventFile(
  { startedAt }: Pick<RunSummary, "startedAt">,
  { steps, validation }: Pick<RunDetails, "steps" | "validation">,
): Uint8Array<ArrayBuffer> {
  const timeAt = new Map(steps.map(({ step, activeMs = 0 }) => [step, (startedAt + activeMs) / 1000]));
  const records = [record(event(startedAt / 1000, 0, field(3, text("brain.Event:2"))))];
  for (const { step, activeMs = 0, loss, learningRate, gradNorm, epoch } of steps) {
    const scalars = { "train/loss": loss, "train/learning_rate": learningRate, "train/grad_norm": gradNorm };
    const values = Object.entries({ ...scalars, "train/epoch": epoch });
    const time = (startedAt + activeMs) / 1000;
    records.push(record(event(time, step, summary(values))));
  }
  for (const { step, loss } of validation) {
    const time = timeAt.get(step) ?? startedAt / 1000;
    records.push(record(event(time, step, summary([["eval/loss", loss]]))));
  }
  return join(records);
}

function summary(values: readonly (readonly [string, number])[]): Uint8Array {
  return field(5, join(values.map(([tag, value]) => field(1, join([field(1, text(tag)), float(2, value)])))));
}

function event(wallTime: number, step: number, content: Uint8Array): Uint8Array {
  return join([double(1, wallTime), Uint8Array.of(2 << 3), varint(step), content]);
}

function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, data.length, true);
  return join([length, maskedCrc(length), data, maskedCrc(data)]);
}

function field(number: number, content: Uint8Array): Uint8Array {
  return join([Uint8Array.of((number << 3) | 2), varint(content.length), content]);
}

function double(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = (number << 3) | 1;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

function float(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = (number << 3) | 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** CRC-32C's reversed polynomial. */
const POLYNOMIAL = 0x82f63b78;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc >>> 0;
});

/** TFRecord's checksum: CRC-32C, rotated by 15 bits, plus a constant. */
function maskedCrc(data: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] ?? 0);
  crc = (crc ^ 0xffffffff) >>> 0;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, masked, true);
  return bytes;
}
