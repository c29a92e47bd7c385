import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import { checkParameters } from "../engine/adapters/adapter-state";
import { type Moments, STILL } from "../engine/train/trainer";
import type { ByteSource } from "../formats/byte-source";
import { widen } from "../formats/float-bits";
import { readSafetensorsHeader, writeSafetensors } from "../formats/safetensors";
import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";
import type { OptimizerFileFault } from "../lib/problems/adapter-problems";
import { METHOD_IDS, type MethodChoice, type MethodId } from "../shared/methods";

/** What an adapter needs to go on training exactly, beside what is exported of it. */
export interface OptimizerFile {
  /** The method with all its options, of which an adapter_config.json tells only those of PEFT. */
  readonly method: Pick<MethodChoice, "id" | "options">;
  readonly moments: Moments;
  /** The trained values, where the exported tensors are computed from them instead of being them. */
  readonly parameters: ReadonlyMap<string, HostTensor> | null;
}

/** Key of the file's metadata that holds {@link Header}. */
const METADATA = "luthier_optimizer";

type Heading = "m" | "v" | "parameter";
type Tensors = ReadonlyMap<string, HostTensor>;

/**
 * The optimizer's state as a safetensors file beside the adapter's own, which PEFT does not look at: AdamW's moments
 * under `m.<parameter>` and `v.<parameter>`, in the metadata the count of steps and the method, and under
 * `parameter.<parameter>` the trained values where the adapter's file does not hold them.
 */
export function optimizerFile(
  adapter: Adapter,
  method: MethodChoice,
  values: Tensors,
  { steps, m, v }: Moments,
): Uint8Array<ArrayBuffer> {
  const converts = adapter.exportTensors(values) !== values;
  const under = (heading: Heading, tensors: Tensors) =>
    [...tensors].map(([name, tensor]) => ({
      name: `${heading}.${name}`,
      dtype: "F32" as const,
      ...tensor,
    }));
  const header = { version: 1, steps, method: { id: method.id, options: method.options } };
  return writeSafetensors(
    [...under("m", m), ...under("v", v), ...(converts ? under("parameter", values) : [])],
    { format: "pt", [METADATA]: JSON.stringify(header) },
  );
}

/** Errors: a file that is damaged or of another kind; {@link checkOptimizer} holds it to an adapter. */
export async function readOptimizerFile(source: ByteSource): Promise<OptimizerFile> {
  const { tensors, metadata } = await readSafetensorsHeader(source);
  const { steps, method } = readHeader(source, metadata[METADATA]);
  const read: Record<Heading, Map<string, HostTensor>> = { m: new Map(), v: new Map(), parameter: new Map() };
  for (const { name, dtype, shape, start, end } of tensors) {
    const [heading = ""] = name.split(".", 1);
    if (!isHeading(heading) || dtype !== "F32")
      throw broken(source, { kind: "element-type", tensor: name, dtype });
    const data = widen(dtype, await source.read(start, end));
    if (!data.every((value) => Number.isFinite(value) && (heading !== "v" || value >= 0 || value === STILL)))
      throw broken(source, { kind: "values", tensor: name });
    read[heading].set(name.slice(heading.length + 1), { shape, data });
  }
  const { m, v, parameter } = read;
  return { method, moments: { steps, m, v }, parameters: parameter.size > 0 ? parameter : null };
}

/**
 * Holds the file to the adapter that it lies beside. Errors name a tensor that is missing, misshapen, one too many, or
 * that stands still where the method trains everything.
 */
export function checkOptimizer(adapter: Adapter, { moments, parameters }: OptimizerFile): void {
  for (const tensors of [moments.m, moments.v, ...(parameters ? [parameters] : [])])
    checkParameters(adapter, tensors);
  const still = [...moments.v].find(([, { data }]) => data.includes(STILL));
  if (!still || adapter.selection) return;
  throw new LuthierError({ code: "adapter/optimizer-freezes", parameter: still[0] });
}

function isHeading(text: string): text is Heading {
  return text === "m" || text === "v" || text === "parameter";
}

function readHeader(
  source: ByteSource,
  text: string | undefined,
): { steps: number; method: OptimizerFile["method"] } {
  let header: unknown;
  try {
    header = JSON.parse(text ?? "");
  } catch {
    throw broken(source, { kind: "no-header" });
  }
  const { version, steps, method } = isRecord(header) ? header : {};
  const { id, options } = isRecord(method) ? method : {};
  const isKnown = typeof id === "string" && (METHOD_IDS as readonly string[]).includes(id);
  if (version !== 1 || !isKnown || !isRecord(options)) throw broken(source, { kind: "other-kind" });
  if (typeof steps !== "number" || !Number.isSafeInteger(steps) || steps < 1)
    throw broken(source, { kind: "steps", steps: steps === undefined ? null : JSON.stringify(steps) });
  const values = Object.entries(options);
  const isValue = (value: unknown): value is string | number | boolean =>
    ["string", "number", "boolean"].includes(typeof value);
  const read = Object.fromEntries(
    values.map(([name, value]) => {
      if (!isValue(value)) throw broken(source, { kind: "option", option: name });
      return [name, value];
    }),
  );
  return { steps, method: { id: id as MethodId, options: read } };
}

function broken({ name: file }: ByteSource, fault: OptimizerFileFault): LuthierError {
  return new LuthierError({ code: "adapter/optimizer-file", file, fault });
}
