import { describe, expect, it } from "vitest";
import { objectiveTitles } from "../../../src/export/english/titles";
import { luthierOnly } from "../../../src/export/luthier-only";
import { marks } from "../../../src/export/curve-picture";
import { type CardFacts, modelCard } from "../../../src/export/model-card";
import { EXAMPLE_QUESTION, generationUsage } from "../../../src/export/generation-usage";
import type { PromptFormat } from "../../../src/export/prompt-format";
import { pythonString } from "../../../src/lib/python-string";
import { folderReaders, type FolderFormat } from "../../../src/shared/folder-format";
import { pythonUsage } from "../../../src/shared/python-usage";
import { defaultValues } from "../../../src/shared/fields";
import { OBJECTIVE_IDS, objectiveSpecs } from "../../../src/shared/objectives";
import type { Evaluation, ScoreId, ScoreSummary } from "../../../src/shared/scores";
import { type RunConfig, trainingFields, type TrainingOptions } from "../../../src/shared/training";
import { hostileNames } from "../../support/hostile-names";

const formats = Object.keys(folderReaders) as FolderFormat[];

function facts(name: string, format: FolderFormat): CardFacts {
  return {
    adapterName: name,
    base: {
      title: name,
      repository: name,
      commit: null,
      endpoint: "https://hub.example",
      license: name || "own",
      autoModel: "AutoModelForCausalLM",
      family: "llama",
    },
    methodId: "lora",
    format,
    trainableParameters: 12,
    run: null,
    prompt: prompt(name),
    record: null,
    hasPicture: false,
  };
}

/** A plain template with text as hostile as the name. */
function prompt(name: string): PromptFormat {
  return {
    rendering: "alpaca",
    chatTemplate: null,
    endIds: [2],
    endTexts: [name],
    startIds: [],
    startText: "",
    system: "",
    text: (messages) => `${name}${messages.map(({ content }) => content).join(name)}`,
  };
}

/** The fenced code blocks of a Markdown text, delimited as in CommonMark. */
function fences(markdown: string): string[] {
  const found: string[] = [];
  let open: string[] | null = null;
  for (const line of markdown.split(/\r\n|\r|\n/)) {
    if (open && /^ {0,3}```+\s*$/.test(line)) {
      found.push(open.join("\n"));
      open = null;
    } else if (open) open.push(line);
    else if (/^ {0,3}(```|~~~)/.test(line)) open = [];
  }
  expect(open).toBeNull();
  return found;
}

describe("a model card", () => {
  it.each(hostileNames)("of %j has only the sections that apply", (name) => {
    for (const format of formats) {
      const card = modelCard(facts(name, format));
      const plain = modelCard(facts("name", format));
      const shape = (text: string): string[] =>
        text.split(/[\n\r\u2028\u2029\u0085]/).map((line) => /^(#+ |---|- |\w+:|```|)/.exec(line)?.[0] ?? "");
      expect(shape(card)).toEqual(shape(plain));
      const base = { name, autoModel: "AutoModelForCausalLM" as const, family: "llama" };
      const loading = pythonUsage(base, format);
      const asking =
        folderReaders[format] === "luthier" ? luthierOnly : [generationUsage(prompt(name), base.autoModel)];
      const python = [loading, ...asking].join("\n");
      const asked = prompt(name).text([{ role: "user", content: EXAMPLE_QUESTION }]);
      const [lines, json = "", ...more] = fences(card);
      expect([lines, JSON.parse(json), more]).toEqual([python, asked, []]);
      const prose =
        card
          .split("---\n")
          .at(-1)
          ?.replace(/^```[^]*?^```/gm, "")
          .replace(/`"(?:[^"\\`]|\\.)*"`/g, "") ?? "";
      expect(prose).not.toMatch(/(?<!\\)[<[\]!|`*]/);
    }
  });
});

describe("the card of a run", () => {
  const card = (changes: Partial<RunConfig>, training: Partial<TrainingOptions> = {}): string => {
    const config = {
      ...{ datasetId: "d", modelId: "m", templateId: "chat", continueFrom: null },
      method: { id: "lora", options: { r: 8 } },
      training: { ...(defaultValues(trainingFields) as unknown as TrainingOptions), ...training },
      ...changes,
    } as RunConfig;
    const counts = { datasetRows: 3, steps: 2, finalLoss: 0.5, validationLoss: null };
    const run = { config, datasetName: "pairs", templateTitle: "Chat", ...counts };
    return modelCard({ ...facts("name", "peft"), run });
  };

  it.each(OBJECTIVE_IDS)("names the objective and its settings: %s", (id) => {
    const options = defaultValues(objectiveSpecs[id].fields);
    const text = card({ objective: { id, options } });
    expect(text).toContain(`| Objective | ${objectiveTitles[id]} |`);
    for (const [name, value] of Object.entries(options))
      expect(text).toContain(`| \`${name}\` | ${String(value)} |`);
    expect(text).toContain("| `r` | 8 |");
  });

  it("says whether answers or all tokens were supervised", () => {
    expect(card({ objective: null })).toContain("| Objective | Cross-entropy of the answers");
    expect(card({}, { learnFrom: "all" })).toContain("| Objective | Cross-entropy of every token |");
  });
});

describe("the record on a card", () => {
  const summary = (id: ScoreId, means: readonly number[], difference: ScoreSummary["difference"] = null) => ({
    ...{ id, means, difference, rows: 20 },
  });
  const evaluation = {
    source: { kind: "held-out", dataset: "pairs" },
    rows: Array.from({ length: 20 }),
    summaries: [
      summary("loss", [2, 1.25], { mean: -0.75, low: -0.9, high: -0.5, counts: null }),
      summary("exact", [0.1, 0.45], { mean: 0.35, low: 0.2, high: 0.5, counts: null }),
    ],
  } as unknown as Evaluation;
  const record = {
    ...{ history: null, heldOut: 20, tokens: 12_345, elapsedMs: 3_725_000, gpu: "a | GPU" },
    evaluation,
  };

  it("has the scores of both sides, the curves and the base model's licence", () => {
    const base = { ...facts("name", "peft").base, license: "Apache-2.0" };
    const text = modelCard({ ...facts("name", "peft"), base, record, hasPicture: true });
    expect(text).toContain("license: apache-2.0\n");
    expect(text).toContain("![Loss over the steps](curves.png)");
    expect(text).toContain("On 20 rows that were held out from training");
    expect(text).toContain(
      "| Loss per token of the expected answers | 2.0000 | 1.2500 | -0.7500 (-0.9000 to -0.5000) |",
    );
    expect(text).toContain("| Exact match | 10.0 % | 45.0 % | 35.0 % (20.0 % to 50.0 %) |");
    expect(text).toContain("licence, Apache-2.0, applies");
  });

  it("names a licence that the Hub does not know as another one", () => {
    const text = modelCard(facts("tower", "peft"));
    expect(text).toContain('license: other\nlicense_name: "tower"\n');
  });

  it("sums up the data and the time of the run", () => {
    const config = {
      ...{ datasetId: "d", modelId: "m", templateId: "chat", continueFrom: null },
      method: { id: "lora", options: {} },
      training: defaultValues(trainingFields),
    } as unknown as RunConfig;
    const counts = { datasetRows: 300, steps: 2, finalLoss: 0.5, validationLoss: null };
    const run = { config, datasetName: "pairs", templateTitle: "Chat", ...counts };
    const text = modelCard({ ...facts("name", "peft"), run, record });
    for (const row of [
      "pairs (300 rows)",
      "Held out | 20 rows",
      "Tokens trained on | 12345",
      "Time | 1 h 02 min",
    ])
      expect(text).toContain(row);
    expect(text).toContain("| GPU | a \\| GPU |");
  });

  it("of a merged model says so, and loads it without an adapter", () => {
    const text = modelCard({ ...facts("name", "peft"), format: "merged" });
    expect(text).toContain("merged into its weights");
    expect(text).toContain("library_name: transformers");
    expect(text).not.toContain("PeftModel");
  });

  it("marks axes at round numbers around all values", () => {
    expect(marks([0.13, 2.4], 6)).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    expect(marks([7], 6)).toEqual([6, 8]);
    expect(marks([-0.02, 0.03], 6)).toEqual([-0.02, -0.01, 0, 0.01, 0.02, 0.03]);
  });
});

describe("a Python string", () => {
  it.each(hostileNames)("of %j stays on one line and evaluates to the same text", (name) => {
    const literal = pythonString(name);
    expect(literal).toMatch(/^"(?:[^"\\\p{Cc}\u2028\u2029\u202a-\u202e]|\\["\\bfnrt]|\\u[0-9a-f]{4})*"$/u);
    expect(JSON.parse(literal)).toBe(name);
  });

  it("keeps ordinary names as they are", () => {
    expect(pythonString("owner/model-1.5_x")).toBe('"owner/model-1.5_x"');
    expect(pythonString("模型 🦄")).toBe('"模型 🦄"');
  });
});
