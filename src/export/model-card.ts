import { type FolderFormat, type FolderReader, folderReaders } from "../shared/folder-format";
import type { AutoModel } from "../shared/model";
import { pythonUsage } from "../shared/python-usage";
import type { RunConfig } from "../shared/training";
import { luthierOnly } from "./card-words";

/** What a card tells of the run that made an adapter. */
export interface CardFacts {
  readonly adapterName: string;
  readonly baseModel: string;
  readonly methodTitle: string;
  readonly format: FolderFormat;
  /** The class of transformers that loads the base model. */
  readonly autoModel: AutoModel;
  readonly family: string;
  readonly license: string;
  readonly trainableParameters: number;
  /** Null for an adapter that came from elsewhere. */
  readonly run: {
    readonly config: RunConfig;
    readonly datasetName: string;
    readonly datasetRows: number;
    readonly templateTitle: string;
    readonly steps: number;
    readonly finalLoss: number | null;
    readonly validationLoss: number | null;
  } | null;
}

/** The README.md of an exported adapter: what was trained, on what, how it ended, and how to use it. */
export function modelCard(facts: CardFacts): string {
  return [
    frontMatter(facts),
    `# ${plainText(facts.adapterName)}`,
    `A ${facts.methodTitle} adapter for ${plainText(facts.baseModel)} with ${facts.trainableParameters} trained parameters, made in the browser with Luthier.`,
    ...(facts.run ? [runSection(facts.run)] : []),
    usage(facts),
  ].join("\n\n");
}

/** What the hub calls the libraries. */
const LIBRARIES: Readonly<Record<FolderReader, string>> = {
  peft: "peft",
  adapters: "adapter-transformers",
  transformers: "transformers",
  luthier: "transformers",
};

function frontMatter({ baseModel, license, format }: CardFacts): string {
  const lines = [
    "---",
    `library_name: ${LIBRARIES[folderReaders[format]]}`,
    `base_model: ${yaml(baseModel)}`,
  ];
  if (license) lines.push(`license: ${yaml(license.toLowerCase())}`);
  return [...lines, "tags:", "- luthier", "---"].join("\n");
}

/** A double-quoted scalar of YAML: JSON's escapes are among its own. */
function yaml(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text on one line of Markdown that shows as it is: no heading, table cell, link, image or HTML begins in it. */
function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .replace(/[\\`*_{}[\]()<>#+!|~&$]/g, (character) => `\\${character}`);
}

function runSection(run: NonNullable<CardFacts["run"]>): string {
  const { training, method } = run.config;
  const rows: [string, string | number][] = [
    ["Dataset", `${plainText(run.datasetName)} (${run.datasetRows} rows)`],
    ["Template", run.templateTitle],
    ["Steps", run.steps],
    ["Training loss at the end", loss(run.finalLoss)],
    ["Validation loss at the end", loss(run.validationLoss)],
    ["Batch size × accumulation", `${training.batchSize} × ${training.gradientAccumulation}`],
    [
      "Learning rate",
      `${training.learningRate} (${training.schedule}, ${training.warmupSteps} warm-up steps)`,
    ],
    ["Weight decay", training.weightDecay],
    ["Max length", `${training.maxLength} tokens`],
    ["Seed", training.seed],
    ...Object.entries(method.options).map(([name, value]): [string, string] => [
      `\`${name}\``,
      plainText(String(value)),
    ]),
  ];
  const table = rows.filter(([, value]) => value !== "").map(([name, value]) => `| ${name} | ${value} |`);
  return ["## Training", "", "| | |", "| --- | --- |", ...table].join("\n");
}

function loss(value: number | null): string {
  return value === null ? "not measured" : value.toFixed(4);
}

function usage({ baseModel: name, autoModel, family, format }: CardFacts): string {
  const lines = [
    pythonUsage({ name, autoModel, family }, format),
    ...(folderReaders[format] === "luthier" ? luthierOnly : []),
  ];
  return `## Use\n\n\`\`\`python\n${lines.join("\n")}\n\`\`\`\n`;
}
