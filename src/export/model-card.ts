import { type FolderFormat, type FolderReader, folderReaders } from "../shared/folder-format";
import { pythonUsage } from "../shared/python-usage";
import type { RunConfig } from "../shared/training";
import { type BaseFacts, pythonBase } from "./base-facts";
import { EXAMPLE_QUESTION, generationUsage, mergedUsage } from "./generation-usage";
import { type CardRecord, duration, scoresSection } from "./card-record";
import { CURVES_FILE } from "./curve-picture";
import type { PromptFormat } from "./prompt-format";
import { methodTitles, objectiveTitles } from "./english/titles";
import { luthierOnly } from "./luthier-only";
import type { MethodId } from "../shared/methods";

/** The training run, for the card. */
export interface CardRun {
  readonly config: RunConfig;
  readonly datasetName: string;
  readonly datasetRows: number;
  /** Name of the dataset that `mixShare` of the training rows came from. */
  readonly mixedName?: string;
  readonly templateTitle: string;
  readonly steps: number;
  readonly finalLoss: number | null;
  readonly validationLoss: number | null;
}

/** Input of a model card. */
export interface CardFacts {
  readonly adapterName: string;
  readonly base: BaseFacts;
  readonly methodId: MethodId;
  /** The adapter's folder format, or the merged model. */
  readonly format: FolderFormat | "merged";
  readonly trainableParameters: number;
  /** Null for imported adapters. */
  readonly run: CardRun | null;
  /** Prompt format. */
  readonly prompt: PromptFormat;
  /** What was recorded of the run; null if nothing is left of it. */
  readonly record: CardRecord | null;
  /** Whether the picture of the curves lies beside the card. */
  readonly hasPicture: boolean;
}

/** README.md of an exported adapter or merged model: training setup, results and usage. */
export function modelCard(facts: CardFacts): string {
  const { run, record, hasPicture, base } = facts;
  return [
    frontMatter(facts),
    `# ${plainText(facts.adapterName)}`,
    introduction(facts),
    ...(run ? [runSection(run, record)] : []),
    ...(hasPicture ? [`## Curves\n\n![Loss over the steps](${CURVES_FILE})`] : []),
    ...(record?.evaluation ? [scoresSection(record.evaluation)] : []),
    usage(facts),
    promptSection(facts),
    ...(base.license
      ? [
          `## License\n\nThe base model's licence, ${plainText(base.license)}, applies to what is derived from it.`,
        ]
      : []),
  ].join("\n\n");
}

function introduction({ format, methodId, base, trainableParameters }: CardFacts): string {
  const method = methodTitles[methodId];
  const what =
    format === "merged"
      ? `${baseName(base)} with a ${method} adapter of ${trainableParameters} trainable parameters merged into its weights`
      : `A ${method} adapter for ${baseName(base)} with ${trainableParameters} trainable parameters`;
  return `${what}, trained in the browser with Luthier.`;
}

/** The base's title and repository. */
function baseName({ title, repository }: BaseFacts): string {
  const shown = plainText(title);
  return repository === null || repository === title ? shown : `${shown} (${plainText(repository)})`;
}

/** The Hub's library_name values. */
const LIBRARIES: Readonly<Record<FolderReader, string>> = {
  peft: "peft",
  adapters: "adapter-transformers",
  transformers: "transformers",
  luthier: "transformers",
};

/** Licences of language models that the Hub knows; it refuses cards with others. */
const HUB_LICENSES: ReadonlySet<string> = new Set([
  ...["apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "gpl-3.0", "lgpl-3.0", "agpl-3.0", "unlicense"],
  ...["cc0-1.0", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"],
  ...[
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nc-nd-4.0",
  ],
  ...[
    "openrail",
    "bigscience-openrail-m",
    "bigscience-bloom-rail-1.0",
    "bigcode-openrail-m",
    "creativeml-openrail-m",
  ],
  ...["llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "gemma", "other"],
]);

function frontMatter({ base: { repository, license }, format }: CardFacts): string {
  const library = format === "merged" ? "transformers" : LIBRARIES[folderReaders[format]];
  const lines = ["---", `library_name: ${library}`];
  // The Hub interprets base_model as a repository, so a title is not allowed.
  if (repository !== null) lines.push(`base_model: ${quoted(repository)}`);
  const id = license.toLowerCase();
  if (HUB_LICENSES.has(id)) lines.push(`license: ${id}`);
  else if (license) lines.push("license: other", `license_name: ${quoted(license)}`);
  return [...lines, "tags:", "- luthier", "---"].join("\n");
}

/** A JSON string on one line, which is also a valid YAML double-quoted scalar. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Escapes text for one line of Markdown. */
function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .replace(/[\\`*_{}[\]()<>#+!|~&$]/g, (character) => `\\${character}`);
}

function runSection(run: NonNullable<CardFacts["run"]>, record: CardRecord | null): string {
  const { training, method, objective = null } = run.config;
  const rows: [string, string | number][] = [
    ["Dataset", `${plainText(run.datasetName)} (${run.datasetRows} rows)`],
    ["Mixed in", mixedIn(run)],
    ["Held out", record && record.heldOut > 0 ? `${record.heldOut} rows` : ""],
    ["Tokens trained on", record && record.tokens > 0 ? record.tokens : ""],
    ["Template", run.templateTitle],
    ["Objective", objectiveWords(run.config)],
    ["Steps", run.steps],
    ["Final training loss", loss(run.finalLoss)],
    ["Final validation loss", loss(run.validationLoss)],
    ["Batch size × accumulation", `${training.batchSize} × ${training.gradientAccumulation}`],
    [
      "Learning rate",
      `${training.learningRate} (${training.schedule}, ${training.warmupSteps} warm-up steps)`,
    ],
    ["Weight decay", training.weightDecay],
    ["Max length", `${training.maxLength} tokens`],
    ["Seed", training.seed],
    ["Time", record && record.elapsedMs > 0 ? duration(record.elapsedMs) : ""],
    ["GPU", record ? plainText(record.gpu) : ""],
    ...[...Object.entries(objective?.options ?? {}), ...Object.entries(method.options)].map(
      ([name, value]): [string, string] => [`\`${name}\``, plainText(String(value))],
    ),
  ];
  const table = rows.filter(([, value]) => value !== "").map(([name, value]) => `| ${name} | ${value} |`);
  return ["## Training", "", "| | |", "| --- | --- |", ...table].join("\n");
}

/** What was minimised; the objective's options are listed with the method's. */
function objectiveWords({ objective = null, training }: RunConfig): string {
  if (objective) return objectiveTitles[objective.id];
  return training.learnFrom === "all"
    ? "Cross-entropy of every token"
    : "Cross-entropy of the answers, or of every token of plain text";
}

function mixedIn({ mixedName, config }: NonNullable<CardFacts["run"]>): string {
  const { mixShare = 0 } = config.training;
  return mixedName === undefined ? "" : `${plainText(mixedName)} (up to ${mixShare} of the training rows)`;
}

function loss(value: number | null): string {
  return value === null ? "not measured" : value.toFixed(4);
}

function usage({ base, format, prompt }: CardFacts): string {
  const where =
    base.repository === null
      ? `Replace \`path/to/base-model\` with the folder of the base model, ${plainText(base.title)}.\n\n`
      : "";
  if (format === "merged")
    return `## Usage\n\n\`\`\`python\n${mergedUsage(base, prompt, "path/to/this/folder")}\n\`\`\``;
  const isLoaded = folderReaders[format] !== "luthier";
  const lines = [
    pythonUsage(pythonBase(base), format),
    ...(isLoaded ? [generationUsage(prompt, base.autoModel)] : luthierOnly),
  ];
  return `## Usage\n\n${where}\`\`\`python\n${lines.join("\n")}\n\`\`\``;
}

/** An example prompt in the training format. */
function promptSection({ prompt }: CardFacts): string {
  const text = prompt.text([{ role: "user", content: EXAMPLE_QUESTION }]);
  const start = prompt.startIds.length > 0 ? " The tokenizer adds its start token." : "";
  const ends =
    prompt.endTexts.length === 0
      ? ""
      : ` The answer ends with ${prompt.endTexts.map((end) => `\`${quoted(end).replaceAll("`", "\\u0060")}\``).join(" or ")}.`;
  const template =
    prompt.chatTemplate === null
      ? ""
      : "\nThe whole chat template is `chat_template.jinja`; give it to the tokenizer as `tokenizer.chat_template` to ask in several turns.\n";
  return `## Prompt\n\nThe model was trained on prompts like this one, shown as a JSON string:\n\n\`\`\`json\n${quoted(text)}\n\`\`\`\n\nThe answer follows immediately.${start}${ends}\n${template}`;
}
