import { describe, expect, test } from "vitest";
import type { InitContext } from "../../../src/engine/adapters/common/method";
import { fitIds, promptTuning } from "../../../src/engine/adapters/soft-prompt/prompt-tuning";
import { describeModel } from "../../../src/engine/models/registry";
import { makeRng } from "../../../src/lib/rng";
import type { FieldValues } from "../../../src/shared/fields";
import { readJson } from "../../support/golden";

interface TextCase {
  readonly num_virtual_tokens: number;
  readonly text_ids: readonly number[];
  readonly prompt_ids: readonly number[];
}

const WIDTH = 32;

const spec = describeModel(readJson("llama", "config.json"));

/** Words of a text are numbers here, and a token's embedding is its id in all elements. */
const context: InitContext = {
  random: makeRng(7),
  experts: new Map(),
  tokenize: (text) => text.split(" ").filter(Boolean).map(Number),
  baseRows: (name, rows) => {
    expect(name).toBe("model.embed_tokens.weight");
    return Promise.resolve(
      Float32Array.from(rows.flatMap((row) => Array.from({ length: WIDTH }, () => row))),
    );
  },
  baseVector: () => Promise.reject(new Error("a prompt starts from embeddings only")),
};

/** The token that each virtual token is initialised from. */
async function startIds(options: FieldValues): Promise<number[]> {
  const start = await promptTuning.bind(options, spec).parameters[0]!.init(context);
  return Array.from({ length: start.length / WIDTH }, (_, token) => {
    const row = new Set(start.subarray(token * WIDTH, (token + 1) * WIDTH));
    expect(row.size).toBe(1);
    return [...row][0]!;
  });
}

describe.each(readJson<TextCase[]>("prompt_text.json"))("$num_virtual_tokens tokens of a TEXT", (each) => {
  const text = each.text_ids.join(" ");
  const options = {
    num_virtual_tokens: each.num_virtual_tokens,
    prompt_tuning_init: "TEXT",
    prompt_tuning_init_text: text,
  };

  test("match PEFT's", async () => {
    expect(fitIds(each.text_ids, each.num_virtual_tokens)).toEqual(each.prompt_ids);
    expect(await startIds(options)).toEqual(each.prompt_ids);
  });

  test("are refused at the field if the text is longer", () => {
    const check = (): void => promptTuning.bind(options, spec).checkText?.(context.tokenize);
    if (each.text_ids.length <= each.num_virtual_tokens) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ field: "prompt_tuning_init_text" }));
  });
});

test("SAMPLE_VOCAB starts from tokens of the whole vocabulary", async () => {
  const ids = await startIds({ num_virtual_tokens: 500, prompt_tuning_init: "SAMPLE_VOCAB" });
  expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id < spec.vocabularySize)).toBe(true);
  expect(Math.min(...ids)).toBeLessThan(5);
  expect(Math.max(...ids)).toBeGreaterThan(spec.vocabularySize - 5);
});

test("RANDOM starts from normal(0, 1)", async () => {
  const [parameter] = promptTuning.bind(
    { num_virtual_tokens: 200, prompt_tuning_init: "RANDOM" },
    spec,
  ).parameters;
  const start = await parameter!.init(context);
  const mean = start.reduce((sum, x) => sum + x, 0) / start.length;
  const variance = start.reduce((sum, x) => sum + (x - mean) ** 2, 0) / start.length;
  // 6400 numbers: four standard errors.
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(start.length));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / start.length));
});

test("a text without tokens is refused at the field", async () => {
  const options = { num_virtual_tokens: 2, prompt_tuning_init: "TEXT", prompt_tuning_init_text: "…" };
  const [parameter] = promptTuning.bind(options, spec).parameters;
  const init = async (): Promise<unknown> => parameter!.init({ ...context, tokenize: () => [] });
  await expect(init()).rejects.toMatchObject({ field: "prompt_tuning_init_text" });
});

test("whitespace around the text counts", async () => {
  const seen: string[] = [];
  const options = {
    num_virtual_tokens: 2,
    prompt_tuning_init: "TEXT",
    prompt_tuning_init_text: "  4 5\n",
  };
  const adapter = promptTuning.bind(options, spec);
  const listen = {
    ...context,
    tokenize: (text: string) => {
      seen.push(text);
      return [4, 5];
    },
  };
  await adapter.parameters[0]!.init(listen);
  adapter.checkText!(listen.tokenize);
  expect(seen).toEqual(["  4 5\n", "  4 5\n"]);
});
