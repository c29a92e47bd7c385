import { describe, expect, it } from "vitest";
import { objectiveTitles } from "../../../src/export/english/titles";
import { luthierOnly } from "../../../src/export/luthier-only";
import { type CardFacts, modelCard } from "../../../src/export/model-card";
import { EXAMPLE_QUESTION, generationUsage } from "../../../src/export/generation-usage";
import type { PromptFormat } from "../../../src/export/prompt-format";
import { pythonString } from "../../../src/lib/python-string";
import { folderReaders, type FolderFormat } from "../../../src/shared/folder-format";
import { pythonUsage } from "../../../src/shared/python-usage";
import { defaultValues } from "../../../src/shared/fields";
import { OBJECTIVE_IDS, objectiveSpecs } from "../../../src/shared/objectives";
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
      license: name || "mit",
      autoModel: "AutoModelForCausalLM",
      family: "llama",
    },
    methodId: "lora",
    format,
    trainableParameters: 12,
    run: null,
    prompt: prompt(name),
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
