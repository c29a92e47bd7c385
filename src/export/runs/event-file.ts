import type { RunDetails, RunSummary } from "../../shared/run-record";
import { checksumBy, doubleField, field, floatField, integerField, join, textField } from "./protobuf";

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
  const records = [record(event(startedAt / 1000, 0, textField(3, "brain.Event:2")))];
  for (const { step, activeMs = 0, loss, learningRate, gradNorm, epoch } of steps) {
    const scalars = { "train/loss": loss, "train/learning_rate": learningRate, "train/grad_norm": gradNorm };
    const values = Object.entries({ ...scalars, "train/epoch": epoch });
    const time = (startedAt + activeMs) / 1000;
    records.push(record(event(time, step, summary(values))));
  }
  for (const { step, loss, scores = {} } of validation) {
    const time = timeAt.get(step) ?? startedAt / 1000;
    const scored = Object.entries(scores).map(([id, value]) => [`eval/${id}`, value] as const);
    records.push(
      record(
        event(time, step, summary([["eval/loss", loss], ...scored.filter(([tag]) => tag !== "eval/loss")])),
      ),
    );
  }
  return join(records);
}

function summary(values: readonly (readonly [string, number])[]): Uint8Array {
  return field(
    5,
    join(values.map(([tag, value]) => field(1, join([textField(1, tag), floatField(2, value)])))),
  );
}

function event(wallTime: number, step: number, content: Uint8Array): Uint8Array {
  return join([doubleField(1, wallTime), integerField(2, step), content]);
}

function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, data.length, true);
  return join([length, maskedCrc(length), data, maskedCrc(data)]);
}

/** CRC-32C. */
const checksum = checksumBy(0x82f63b78);

/** TFRecord's checksum: CRC-32C, rotated by 15 bits, plus a constant. */
function maskedCrc(data: Uint8Array): Uint8Array {
  const crc = checksum(data);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, masked, true);
  return bytes;
}
