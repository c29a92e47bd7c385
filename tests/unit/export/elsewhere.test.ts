import { describe, expect, test } from "vitest";
import { type EncodedRow, encodeLabelled, encodePair, encodeRow } from "../../../src/data/encode/encode-row";
import { pieceText, piecesOf, rowsTokenizedDifferently } from "../../../src/export/elsewhere/token-rows";
import { trainerYaml } from "../../../src/export/elsewhere/trainer-yaml";
import type { ExportSource } from "../../../src/export/entry";
import { exportFiles, exportOffers } from "../../../src/export/registry";
import { requirements } from "../../../src/export/script/requirements";
import { defaultValues, type FieldValues } from "../../../src/shared/fields";
import { type ExportId, exportPurposes } from "../../../src/shared/exports";
import { type MethodId, methodSpecs } from "../../../src/shared/methods";
import { type ObjectiveId, objectiveSpecs } from "../../../src/shared/objectives";
import type { Row } from "../../../src/shared/rows";
import { type RunConfig, trainingFields, type TrainingOptions } from "../../../src/shared/training";
import { pythonLiteral } from "../../../src/lib/python-string";
import type { Tokenizer } from "../../../src/tokenizer/tokenizer";
import { withLearnedPrompt } from "../../../src/worker/run-setup";
import { planTrainingData } from "../../../src/worker/training-data";
import { runOf } from "../../../src/worker/training-run";
import { readFileSync } from "node:fs";
import { bytesOf, madeUpSource, spruceFolder } from "../../support/export-source";

const IDS = exportPurposes.server;
const HOSTILE = `o'wner/"""${"${x}"}\n- no: {{evil}}\u2028`;

const talk = (index: number): Row => ({
  kind: "conversation",
  turns: [
    { role: "user", text: `What is ${index} — naïve, 日本?` },
    { role: "assistant", text: `It is ${index} 🚀.` },
    { role: "user", text: "And then?" },
    { role: "assistant", text: `${index + 1} <|im_end|> maybe` },
  ],
});

const pair = (index: number): Row => ({
  kind: "preference",
  prompt: [{ role: "user", text: `Which of ${index}?` }],
  chosen: [{ role: "assistant", text: "The short one." }],
  rejected: [{ role: "assistant", text: "The one that goes on and on." }],
});

function encode(row: Row, objective: ObjectiveId | null, tokenizer: Tokenizer): EncodedRow[] {
  const input = [row, "chat", tokenizer, 96] as const;
  if (objective === "kto") return encodeLabelled(...input);
  if (objective === "orpo") return [withLearnedPrompt(encodePair(...input))];
  return [objective ? encodePair(...input) : encodeRow(...input)];
}

/** A run of twelve rows as exports are made of it. */
async function runSource(
  id: MethodId,
  options: FieldValues = {},
  objectiveId: ObjectiveId | null = null,
  changes: Partial<TrainingOptions> = {},
): Promise<ExportSource> {
  const source = madeUpSource(await spruceFolder(), id, options);
  const { tokenizer, adapter } = source;
  const made = Array.from({ length: 12 }, (_, index) => (objectiveId ? pair(index) : talk(index)));
  const rows = made.flatMap((row, index) =>
    encode(row, objectiveId, tokenizer).map((encoded) => ({ ...encoded, row: index })),
  );
  const defaults = defaultValues(trainingFields) as unknown as TrainingOptions;
  const training = { ...defaults, batchSize: 2, validationSplit: 0.2, ...changes };
  const objective = objectiveId && {
    id: objectiveId,
    options: defaultValues(objectiveSpecs[objectiveId].fields),
  };
  const config: RunConfig = {
    datasetId: "rows",
    modelId: "spruce",
    templateId: "chat",
    method: { id, options: { ...defaultValues(methodSpecs[id].fields), ...options } },
    training,
    continueFrom: null,
    objective,
  };
  const data = planTrainingData(rows, training, adapter);
  const run = {
    ...runOf({ config, adapter, rows, others: {}, training, data }),
    start: await source.values(),
    startOptimizer: null,
    losses: [3, 2],
    async *rows() {
      for (const [number, row] of made.entries()) yield { number, row };
    },
    validationRows: null,
  };
  const facts = { datasetName: HOSTILE, datasetRows: 12, templateTitle: "", steps: 2 };
  return {
    ...source,
    base: { ...source.base, title: HOSTILE },
    run: { config, ...facts, finalLoss: 2, validationLoss: null },
    training: { problem: null, dataBytes: 100, load: () => Promise.resolve(run) },
  };
}

async function textsOf(source: ExportSource, id: ExportId): Promise<Record<string, string>> {
  const { files } = await exportFiles(source, id, { type: null, name: "tuned", withOptimizer: false });
  const texts: Record<string, string> = {};
  for (const file of files) texts[file.path] = new TextDecoder().decode(await bytesOf(file));
  return texts;
}

const problemsOf = async (source: ExportSource): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await exportOffers(source, "tuned"))
      .filter(({ id }) => IDS.some((known) => known === id))
      .map(({ id, problem }) => [id, problem?.code ?? ""]),
  );

const lines = (text: string | undefined): unknown[] =>
  (text ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

describe("a run exported for other trainers", () => {
  test("lists what differs, and writes every batch's rows", async () => {
    const source = await runSource("lora", { r: 4 }, null, { packing: true, gradientAccumulation: 2 });
    const offers = (await exportOffers(source, "tuned")).filter(({ id }) =>
      IDS.some((known) => known === id),
    );
    expect(offers.map(({ problem }) => problem)).toEqual([null, null, null, null]);
    for (const { gaps, usage } of offers) {
      expect(gaps).toContain("packing-undone");
      expect(usage?.code).toContain("tuned");
    }
    const texts = await textsOf(source, "training-script");
    const tokens = lines(texts["data/tokens.jsonl"]) as { split: string; row: number }[];
    const train = tokens.filter(({ split }) => split === "train");
    expect(train.length).toBe(10);
    const placed = (lines(texts["data/batches.jsonl"]) as number[][][][]).flat(3);
    expect(new Set(placed)).toEqual(new Set(train.keys()));
    const rows = lines(texts["data/rows.jsonl"]) as { split: string; row: number }[];
    expect(rows.filter(({ split }) => split === "validation").map(({ row }) => row)).toEqual(
      tokens.filter(({ split }) => split === "validation").map(({ row }) => row),
    );
    expect(JSON.parse(texts["run.json"] ?? "")).toMatchObject({
      model: { title: HOSTILE },
      page: { steps: 2, losses: [3, 2] },
    });
    // Nothing of the run stands in Python code.
    for (const [path, text] of Object.entries(texts))
      if (path.endsWith(".py")) expect(text).not.toContain("wner/");
  });

  test("is refused if the tool lacks the method or the objective", async () => {
    expect(await problemsOf(await runSource("said"))).toEqual({
      "training-script": "export/method-not-in-script",
      "llama-factory": "export/method-not-in-trainer",
      axolotl: "export/method-not-in-trainer",
      unsloth: "export/method-not-in-trainer",
    });
    for (const id of ["cpo", "orpo", "kto"] as const)
      expect(await problemsOf(await runSource("lora", {}, id)), id).toEqual({
        "training-script": "",
        "llama-factory": "export/objective-not-in-trainer",
        axolotl: "export/objective-not-in-trainer",
        unsloth: "export/objective-not-in-trainer",
      });
    const gone = await runSource("lora");
    const problem = { code: "export/no-run" } as const;
    expect(await problemsOf({ ...gone, training: { ...gone.training!, problem } })).toMatchObject({
      axolotl: "export/no-run",
    });
  });

  test("has answers that are better or worse with what is learned of each, and whether it is good", async () => {
    interface Line {
      readonly good?: boolean;
      readonly [name: string]: unknown;
    }
    const written = async (id: ObjectiveId) => {
      const texts = await textsOf(await runSource("lora", { r: 4 }, id), "training-script");
      expect(texts["preferences.py"]).toContain("trl");
      return lines(texts["data/tokens.jsonl"]) as Line[];
    };
    const learned = (text: unknown) => (text as { learned: [number, number][] }).learned;
    const [dpo, orpo] = [await written("dpo"), await written("orpo")];
    // ORPO learns prompts too, in its likelihood alone.
    expect(orpo).toEqual(dpo);
    expect(learned(orpo[0]!.chosen)[0]![0]).toBeGreaterThan(2);
    const kto = await written("kto");
    expect(kto).toHaveLength(2 * dpo.length);
    expect(kto.filter(({ good }) => good)).toHaveLength(dpo.length);
    for (const { answer, other } of kto) expect(learned(answer)[0]![0]).toBe(learned(other)[0]![0]);
  });

  test("names the features that a tool lacks", async () => {
    const gapsOf = async (source: ExportSource): Promise<Record<string, readonly string[]>> =>
      Object.fromEntries((await exportOffers(source, "tuned")).map(({ id, gaps }) => [id, gaps]));
    const options = {
      bias: "all",
      init_lora_weights: "true",
      rank_pattern: "k_proj=2",
      loraplus_lr_ratio: 4,
    };
    const lora = await gapsOf(await runSource("lora", options, null, { loadBestModelAtEnd: true }));
    expect(lora["training-script"]).toEqual([]);
    expect(lora["llama-factory"]).toEqual(
      expect.arrayContaining(["biases", "rank-patterns", "tokenized-again"]),
    );
    expect(lora.axolotl).not.toContain("tokenized-again");
    expect(lora.unsloth).toEqual(expect.arrayContaining(["adapter-plus", "best-values", "biases"]));
  });

  test("quotes any name", async () => {
    const source = await runSource("lora", { r: 4 });
    const hostile = { ...source, base: { ...source.base, repository: HOSTILE } };
    const notebook = JSON.parse((await textsOf(hostile, "unsloth"))["train.ipynb"] ?? "") as {
      cells: { source: string }[];
    };
    expect(notebook.cells.some((cell) => cell.source.includes(`BASE = ${pythonLiteral(HOSTILE)}\n`))).toBe(
      true,
    );
    for (const id of ["llama-factory", "axolotl"] as const) {
      const yaml = (await textsOf(hostile, id))["train.yaml"] ?? "";
      const { parse } = await import("yaml");
      expect(Object.values(parse(yaml, { version: "1.1" }) as object)).toContain(HOSTILE);
    }
  });
});

test("segments of a row say what is supervised, and tokenise alike separately", async () => {
  const { tokenizer } = madeUpSource(await spruceFolder(), "lora", { r: 4 });
  const row = encodeRow(talk(3), "chat", tokenizer, 200);
  const pieces = piecesOf(row);
  expect(pieces.map(({ learned }) => learned)).toEqual([false, true, false, true]);
  expect(pieces.flatMap(({ ids }) => ids)).toEqual(
    [...row.ids].slice(0, pieces.flatMap(({ ids }) => ids).length),
  );
  expect(pieceText(tokenizer, pieces[1]!)).toContain("It is 3 🚀.");
  expect(rowsTokenizedDifferently(tokenizer, [row])).toBe(0);
});

test("YAML 1.1 parsers read the exported YAML alike", () => {
  expect(trainerYaml({ a: "no", b: 1e-7, c: 2.5e-8, d: 0.0002, e: "1e-7", f: false })).toBe(
    'a: "no"\nb: 1.0e-7\nc: 2.5e-8\nd: 0.0002\ne: "1e-7"\nf: false\n',
  );
});

test("the script's requirements match the tested versions", () => {
  const checked = readFileSync("tests/oracle/requirements-script.txt", "utf8").split("\n");
  for (const line of requirements(true).split("\n")) if (/^\w/.test(line)) expect(checked).toContain(line);
  expect(requirements(false)).not.toContain("trl");
});

test("Python literals", () => {
  expect(pythonLiteral({ a: [1, 2.5, -1e-7], "b'": null, c: true, d: "\u2028" })).toBe(
    '{"a": [1, 2.5, -1e-7], "b\'": None, "c": True, "d": "\\u2028"}',
  );
  expect(() => pythonLiteral(NaN)).toThrow();
});
