import { describe, expect, test } from "vitest";
import type { Adapter, HostTensor } from "../../../src/engine/adapters/common/method";
import { methods } from "../../../src/engine/adapters/registry";
import { elementCount } from "../../../src/engine/graph/value";
import type { FrozenMask } from "../../../src/engine/train/frozen";
import type { Moments } from "../../../src/engine/train/trainer";
import { describeModel } from "../../../src/engine/models/registry";
import { checkOptimizer, optimizerFile, readOptimizerFile } from "../../../src/export/optimizer-file";
import { bytesSource } from "../../../src/formats/byte-source";
import { writeSafetensors } from "../../../src/formats/safetensors";
import { LuthierError } from "../../../src/lib/errors";
import { readJson } from "../../support/golden";

const spec = describeModel(readJson<Record<string, unknown>>("llama_tied", "config.json"));
const method = { id: "lora", options: { r: 2, lora_dropout: 0.1 } } as const;
const lora = methods.lora.bind(method.options, spec);

function tensors({ parameters }: Adapter, start: number): Map<string, HostTensor> {
  return new Map(
    parameters.map(({ name, shape }, index) => {
      const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => start + index + i / 7);
      return [name, { shape, data }] as const;
    }),
  );
}

const moments = { steps: 12, m: tensors(lora, -3), v: tensors(lora, 0.5), frozen: null };
const read = (bytes: Uint8Array) => readOptimizerFile(bytesSource("luthier_optimizer.safetensors", bytes));

async function refusal(bytes: Uint8Array): Promise<LuthierError> {
  const error: unknown = await read(bytes)
    .then((file) => checkOptimizer(lora, file))
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LuthierError);
  return error as LuthierError;
}

describe("the optimizer's file", () => {
  test("round-trips moments, steps, method and options bit for bit", async () => {
    const file = await read(optimizerFile(lora, method, tensors(lora, 1), moments));
    expect(file).toEqual({ method, moments, parameters: null });
    expect(() => checkOptimizer(lora, file)).not.toThrow();
  });

  test("holds options of every kind, nested adapters included", async () => {
    const choice = { id: "xlora", options: { adapters: { within: "abc" }, use_x: true, depth: 1 } } as const;
    const file = await read(optimizerFile(lora, choice, tensors(lora, 1), moments));
    expect(file.method).toEqual(choice);
  });

  test("also holds the trained values if the adapter's file does not", async () => {
    const options = { r: 2, init_lora_weights: "pissa" };
    const pissa = methods.lora.bind(options, spec);
    const values = tensors(pissa, 1);
    const own = { steps: 1, m: tensors(pissa, 0), v: tensors(pissa, 0), frozen: null };
    const file = await read(optimizerFile(pissa, { id: "lora", options }, values, own));
    expect(file.parameters).toEqual(values);
    expect(() => checkOptimizer(pissa, file)).not.toThrow();
  });

  test("of another adapter is refused, naming its first tensor", async () => {
    const wider = methods.lora.bind({ r: 3 }, spec);
    const own = { steps: 1, m: tensors(wider, 0), v: tensors(wider, 0), frozen: null };
    const error = await refusal(optimizerFile(wider, method, tensors(wider, 0), own));
    expect(error.what).toMatch(/lora_A\.weight is \[3, 32\]; this model needs \[2, 32\]/);
  });

  test("that lacks a moment is refused, naming it", async () => {
    const [first] = [...moments.m.keys()];
    const m = new Map([...moments.m].slice(1));
    const error = await refusal(optimizerFile(lora, method, tensors(lora, 0), { ...moments, m }));
    expect(error.what).toContain(`${first} is missing`);
  });

  /** A mask of every third element of each parameter. */
  const masks = ({ parameters }: Adapter): Map<string, FrozenMask> =>
    new Map(
      parameters.map(({ name, shape }) => {
        const data = Uint8Array.from({ length: elementCount(shape) }, (_, i) => (i % 3 === 0 ? 1 : 0));
        return [name, { shape, data }] as const;
      }),
    );
  const fishmask = methods.fishmask.bind({}, spec);
  const chosen = { steps: 1, m: tensors(fishmask, 0), v: tensors(fishmask, 0), frozen: masks(fishmask) };
  const write = (own: Moments): Uint8Array<ArrayBuffer> =>
    optimizerFile(fishmask, { id: "fishmask", options: {} }, tensors(fishmask, 0), own);

  test("records which elements are frozen", async () => {
    const file = await read(write(chosen));
    expect(file.moments).toEqual(chosen);
    expect(() => checkOptimizer(fishmask, file)).not.toThrow();
  });

  test("freezes elements only if the method selects what trains", async () => {
    const frozen = masks(lora);
    const [first] = [...frozen.keys()];
    const error = await refusal(optimizerFile(lora, method, tensors(lora, 0), { ...moments, frozen }));
    expect(error.what).toContain(`parts of ${first} frozen`);
  });

  test("with a mask of another shape or of an unknown parameter is refused", async () => {
    const [[first, { shape }]] = [...chosen.frozen] as [[string, FrozenMask]];
    const wrong = { shape: [2], data: new Uint8Array(2) };
    const misshapen = await read(write({ ...chosen, frozen: new Map([[first, wrong]]) }));
    expect(() => checkOptimizer(fishmask, misshapen)).toThrow(`${first} is [2]`);
    const other = await read(
      write({ ...chosen, frozen: new Map([["x", { shape, data: masks(fishmask).get(first)!.data }]]) }),
    );
    expect(() => checkOptimizer(fishmask, other)).toThrow("x is");
  });

  test("of the first version marks frozen elements by second moments of −1", async () => {
    const under = (heading: string, held: ReadonlyMap<string, HostTensor>) =>
      [...held].map(([name, tensor]) => ({ name: `${heading}.${name}`, dtype: "F32" as const, ...tensor }));
    const marked = [...chosen.v].map(([name, { shape, data }]) => {
      const mask = chosen.frozen.get(name)!.data;
      return [name, { shape, data: data.map((value, i) => (mask[i] ? -1 : value)) }] as const;
    });
    const text = header({ steps: 1, method: { id: "fishmask", options: {} } });
    const bytes = writeSafetensors([...under("m", chosen.m), ...under("v", new Map(marked))], {
      format: "pt",
      luthier_optimizer: text,
    });
    const { m, v, frozen } = (await read(bytes)).moments;
    expect({ m, frozen }).toEqual({ m: chosen.m, frozen: chosen.frozen });
    for (const [name, { data }] of v) {
      const mask = chosen.frozen.get(name)!.data;
      expect(data).toEqual(chosen.v.get(name)!.data.map((value, i) => (mask[i] ? 0 : value)));
    }
  });

  const header = (change: object): string =>
    JSON.stringify({ version: 1, steps: 3, method: { id: "lora", options: {} }, ...change });
  const withHeader = (text: string): Uint8Array =>
    writeSafetensors([], { format: "pt", luthier_optimizer: text });
  test.each<[string, Uint8Array, RegExp]>([
    ["no header", writeSafetensors([]), /does not say/],
    ["a header that is no JSON", withHeader("{"), /does not say/],
    ["another version", withHeader(header({ version: 3 })), /an unknown kind or version/],
    [
      "an unknown method",
      withHeader(header({ method: { id: "constructor", options: {} } })),
      /an unknown kind/,
    ],
    [
      "options that are no values",
      withHeader(header({ method: { id: "lora", options: { r: {} } } })),
      /for r/,
    ],
    ["half a step", withHeader(header({ steps: 0.5 })), /0.5 steps/],
    ["no step", withHeader(header({ steps: 0 })), /0 steps/],
    ["text instead of steps", withHeader(header({ steps: "9" })), /"9" steps/],
    ["bytes cut off", withHeader(header({})).slice(0, 20), /header/],
  ])("with %s is refused", async (_, bytes, what) => {
    expect((await refusal(bytes)).what).toMatch(what);
  });

  test.each([
    ["m", NaN],
    ["v", Infinity],
    ["v", -0.5],
    ["v", -1],
    ["other", 1],
  ])("with %s of %f is refused, naming the tensor", async (heading, value) => {
    const tensor = { name: `${heading}.x`, dtype: "F32", shape: [1], data: Float32Array.of(value) } as const;
    const bytes = writeSafetensors([tensor], { format: "pt", luthier_optimizer: header({ version: 2 }) });
    const error = await refusal(bytes);
    expect(error.what).toContain(`${heading}.x`);
    expect(error.advice).toMatch(/without it/);
  });
});
