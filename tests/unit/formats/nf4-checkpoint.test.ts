import { expect, test } from "vitest";
import type { ModelTensor } from "../../../src/formats/model-weights";
import { dequantise } from "../../../src/formats/quantised/dequantise";
import { joinNf4 } from "../../../src/formats/quantised/nf4-checkpoint";
import { readValues, safetensorsTensor } from "../../../src/engine/weights/tensor-source";
import { LuthierError } from "../../../src/lib/errors";
import { floatsOf, quantisedGolden } from "../../support/quantised-golden";

const FILES = {
  "nf4.safetensors": "NF4",
  "nf4_double.safetensors": "NF4_DOUBLE",
  "nf4_256.safetensors": "NF4_256",
  "nf4_256_double.safetensors": "NF4_256_DOUBLE",
} as const;
const files = Object.entries(FILES);

/** A tensor with other bytes. */
function withBytes(tensor: ModelTensor, bytes: Uint8Array<ArrayBuffer>): ModelTensor {
  return {
    ...tensor,
    sizeBytes: bytes.length,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

test.each(files)("%s written by bitsandbytes dequantises to the same values", async (file, dtype) => {
  const golden = await quantisedGolden(file);
  const joined = await joinNf4(golden);
  expect([...joined.keys()].sort()).toEqual(["head", "linear.weight", "original", "tail"]);
  const source = safetensorsTensor(joined.get("linear.weight")!);
  expect(source.shape).toEqual([67, 250]);
  expect(source.dtype).toBe(dtype);
  const count = 67 * 250;
  const expected = [await floatsOf(golden, "head"), await floatsOf(golden, "tail")];
  const got = [await readValues(source, 0, 600), await readValues(source, count - 600, 600)];
  got.forEach((values, end) =>
    values.forEach((value, i) => expect(Math.abs(value - expected[end]![i]!)).toBeLessThanOrEqual(1e-7)),
  );
  // Reading it whole equals reading it in parts.
  const whole = dequantise(source.dtype, await source.read(0, joined.get("linear.weight")!.sizeBytes), count);
  expect(whole.slice(count - 600)).toEqual(got[1]);
});

test("larger blocks are blocks of 64 with a shared scale", async () => {
  const golden = new Map(await quantisedGolden("nf4.safetensors"));
  const name = "linear.weight.quant_state.bitsandbytes__nf4";
  const state = JSON.parse(
    new TextDecoder().decode(await golden.get(name)!.read(0, golden.get(name)!.sizeBytes)),
  );
  const text = JSON.stringify({ ...state, blocksize: 128 });
  golden.set(name, withBytes(golden.get(name)!, new TextEncoder().encode(text)));
  const absmax = await floatsOf(golden, "linear.weight.absmax");
  const half = absmax.filter((_, i) => i % 2 === 0);
  golden.set(
    "linear.weight.absmax",
    withBytes(golden.get("linear.weight.absmax")!, new Uint8Array(half.buffer)),
  );
  const wide = safetensorsTensor((await joinNf4(golden)).get("linear.weight")!);
  const plain = safetensorsTensor(
    (await joinNf4(await quantisedGolden("nf4.safetensors"))).get("linear.weight")!,
  );
  expect(await readValues(wide, 256, 64)).toEqual(await readValues(plain, 256, 64));
  const [second, own] = [await readValues(wide, 320, 64), await readValues(plain, 320, 64)];
  second.forEach((value, i) => expect(value).toBeCloseTo((own[i]! / absmax[5]!) * absmax[4]!, 6));
});

const damages: [string, (tensors: Map<string, ModelTensor>) => void, RegExp][] = [
  ["scales missing", (all) => all.delete("linear.weight.absmax"), /without linear.weight.absmax/],
  ["no codes", (all) => all.delete("linear.weight"), /without linear.weight/],
  [
    "codes cut off",
    (all) => all.set("linear.weight", withBytes(all.get("linear.weight")!, new Uint8Array(5))),
    /asks for 8375 bytes/,
  ],
  [
    "a non-standard code table",
    (all) =>
      all.set("linear.weight.quant_map", withBytes(all.get("linear.weight.quant_map")!, new Uint8Array(64))),
    /non-standard code table/,
  ],
  ...(["fp4", null] as const).map((kind): [string, (tensors: Map<string, ModelTensor>) => void, RegExp] => [
    `the kind ${kind}`,
    (all) => {
      const name = "linear.weight.quant_state.bitsandbytes__nf4";
      const text = JSON.stringify({ quant_type: kind, blocksize: 64, shape: [67, 250] });
      all.set(name, withBytes(all.get(name)!, new TextEncoder().encode(text)));
    },
    /at quant_type, where “nf4” belongs/,
  ]),
];

const STATE = "linear.weight.quant_state.bitsandbytes__nf4";

test.each([
  ["nf4.safetensors", { blocksize: undefined }, "has no blocksize"],
  ["nf4.safetensors", { blocksize: "64" }, "has the text “64” at blocksize, where a number belongs"],
  ["nf4.safetensors", { blocksize: 32 }, "has 32 at blocksize, where a multiple of 64 belongs"],
  ["nf4.safetensors", { shape: null }, "has null at shape, where a list belongs"],
  ["nf4.safetensors", { shape: [67] }, "has a list at shape, where a list of two sizes belongs"],
  ["nf4.safetensors", { shape: [67, 2.5] }, "has 2.5 at shape[1], where a whole number belongs"],
  ["nf4_double.safetensors", { nested_blocksize: 64 }, "has 64 at nested_blocksize, where a multiple of 256"],
  ["nf4_double.safetensors", { nested_offset: undefined }, "has no nested_offset"],
  ["nf4_double.safetensors", { nested_offset: null }, "has null at nested_offset, where a number belongs"],
] as const)("%s with the state %o is refused, naming the key", async (file, wrong, fault) => {
  const tensors = new Map(await quantisedGolden(file));
  const state = tensors.get(STATE)!;
  const told = JSON.parse(new TextDecoder().decode(await state.read(0, state.sizeBytes))) as object;
  const text = JSON.stringify({ ...told, ...wrong });
  tensors.set(STATE, withBytes(state, new TextEncoder().encode(text)));
  await expect(joinNf4(tensors)).rejects.toMatchObject({
    code: "format",
    what: expect.stringContaining(`${STATE} ${fault}`),
    advice: expect.stringContaining("bitsandbytes"),
  });
});

test.each(damages)("%s is refused, naming the matrix", async (_, damage, message) => {
  const tensors = new Map(await quantisedGolden("nf4.safetensors"));
  damage(tensors);
  const error: unknown = await joinNf4(tensors).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LuthierError);
  expect((error as LuthierError).what).toMatch(message);
});
