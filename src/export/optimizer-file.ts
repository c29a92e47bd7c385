import * as v from "valibot";
import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import { checkParameters } from "../engine/adapters/adapter-state";
import type { FrozenMask } from "../engine/train/frozen";
import type { Moments } from "../engine/train/trainer";
import type { ByteSource } from "../formats/byte-source";
import { widen } from "../formats/float-bits";
import { readSafetensorsHeader, writeSafetensors } from "../formats/safetensors";
import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";
import type { OptimizerFileFault } from "../lib/problems/adapter-problems";
import { METHOD_IDS, type MethodChoice } from "../shared/methods";

/** State needed to continue training an adapter exactly, besides its exported tensors. */
export interface OptimizerFile {
  /** The method with all options; adapter_config.json only has PEFT's. */
  readonly method: Pick<MethodChoice, "id" | "options">;
  readonly moments: Moments;
  /** Trained parameters, if the exported tensors are derived from them. */
  readonly parameters: ReadonlyMap<string, HostTensor> | null;
}

/** Metadata key of {@link Header}. */
const METADATA = "luthier_optimizer";

type Heading = "m" | "v" | "parameter";

/** Prefix of mask tensors. */
const FROZEN = "frozen";

/** Second moment that marks frozen elements in version 1. */
const FROZEN_MOMENT = -1;

type Tensors = ReadonlyMap<string, HostTensor>;

/**
 * Saves optimizer state as safetensors next to the adapter, ignored by PEFT: AdamW moments `m.<parameter>` and
 * `v.<parameter>`; `parameter.<parameter>` if the adapter's file does not hold the parameters; `frozen.<parameter>`
 * masks after a selection; step count and method in the metadata.
 */
export function optimizerFile(
  adapter: Adapter,
  method: MethodChoice,
  values: Tensors,
  { steps, m, v, frozen }: Moments,
): Uint8Array<ArrayBuffer> {
  const converts = adapter.exportTensors(values) !== values;
  const under = (heading: Heading, tensors: Tensors) =>
    [...tensors].map(([name, tensor]) => ({
      name: `${heading}.${name}`,
      dtype: "F32" as const,
      ...tensor,
    }));
  const masks = [...(frozen ?? [])].map(([name, mask]) => ({
    name: `${FROZEN}.${name}`,
    dtype: "BOOL" as const,
    ...mask,
  }));
  const header = { version: 2, steps, method: { id: method.id, options: method.options } };
  return writeSafetensors(
    [...under("m", m), ...under("v", v), ...(converts ? under("parameter", values) : []), ...masks],
    { format: "pt", [METADATA]: JSON.stringify(header) },
  );
}

/** Errors: a damaged or foreign file. {@link checkOptimizer} compares it with an adapter. */
export async function readOptimizerFile(source: ByteSource): Promise<OptimizerFile> {
  const { tensors, metadata } = await readSafetensorsHeader(source);
  const { version, steps, method } = readHeader(source, metadata[METADATA]);
  const read: Record<Heading, Map<string, HostTensor>> = { m: new Map(), v: new Map(), parameter: new Map() };
  const masks = new Map<string, FrozenMask>();
  for (const { name: tensor, dtype, shape, start, end } of tensors) {
    const [heading = ""] = tensor.split(".", 1);
    const name = tensor.slice(heading.length + 1);
    const bytes = await source.read(start, end);
    if (heading === FROZEN && dtype === "BOOL") {
      if (bytes.some((byte) => byte > 1)) throw broken(source, { kind: "values", tensor });
      masks.set(name, { shape, data: bytes });
      continue;
    }
    if (!isHeading(heading) || dtype !== "F32") throw broken(source, { kind: "element-type", tensor, dtype });
    const data = widen(dtype, bytes);
    if (heading === "v" && version === 1 && data.includes(FROZEN_MOMENT))
      masks.set(name, { shape, data: takeFrozen(data) });
    if (!data.every((value) => Number.isFinite(value) && (heading !== "v" || value >= 0)))
      throw broken(source, { kind: "values", tensor });
    read[heading].set(name, { shape, data });
  }
  const { m, v, parameter } = read;
  const moments = { steps, m, v, frozen: masks.size > 0 ? masks : null };
  return { method, moments, parameters: parameter.size > 0 ? parameter : null };
}

/** Extracts the mask encoded in version 1's second moments, and zeroes these. */
function takeFrozen(v: Float32Array): Uint8Array {
  const mask = Uint8Array.from(v, (moment) => (moment === FROZEN_MOMENT ? 1 : 0));
  mask.forEach((frozen, i) => {
    if (frozen) v[i] = 0;
  });
  return mask;
}

/**
 * Checks the file against its adapter. Errors name a missing, misshapen or superfluous tensor, or one with frozen
 * elements where the method has no selection.
 */
export function checkOptimizer(adapter: Adapter, { moments, parameters }: OptimizerFile): void {
  const { m, v, frozen } = moments;
  for (const tensors of [m, v, ...(parameters ? [parameters] : [])]) checkParameters(adapter, tensors);
  if (!frozen) return;
  // Parameters without a mask have no frozen elements.
  checkParameters(adapter, new Map<string, Pick<HostTensor, "shape">>([...m, ...frozen]));
  const [parameter] = [...frozen].find(([, { data }]) => data.includes(1)) ?? [];
  if (parameter !== undefined && !adapter.selection)
    throw new LuthierError({ code: "adapter/optimizer-freezes", parameter });
}

function isHeading(text: string): text is Heading {
  return text === "m" || text === "v" || text === "parameter";
}

/** Value of a method option; see `FieldValue`. */
const fieldValue = v.union([v.string(), v.number(), v.boolean(), v.object({ within: v.string() })]);

function readHeader(
  source: ByteSource,
  text: string | undefined,
): { version: 1 | 2; steps: number; method: OptimizerFile["method"] } {
  let header: unknown;
  try {
    header = JSON.parse(text ?? "");
  } catch {
    throw broken(source, { kind: "no-header" });
  }
  const { version, steps, method } = isRecord(header) ? header : {};
  const { id, options } = isRecord(method) ? method : {};
  const isVersion = version === 1 || version === 2;
  if (!isVersion || !v.is(v.picklist(METHOD_IDS), id) || !isRecord(options))
    throw broken(source, { kind: "other-kind" });
  if (typeof steps !== "number" || !Number.isSafeInteger(steps) || steps < 1)
    throw broken(source, { kind: "steps", steps: steps === undefined ? null : JSON.stringify(steps) });
  const read = Object.fromEntries(
    Object.entries(options).map(([option, value]) => {
      if (!v.is(fieldValue, value)) throw broken(source, { kind: "option", option });
      return [option, value];
    }),
  );
  return { version, steps, method: { id, options: read } };
}

function broken({ name: file }: ByteSource, fault: OptimizerFileFault): LuthierError {
  return new LuthierError({ code: "adapter/optimizer-file", file, fault });
}
