import { type FolderFormat, type FolderReader, folderReaders } from "../shared/folder-format";
import { pythonUsage } from "../shared/python-usage";
import type { RunConfig } from "../shared/training";
import { type BaseFacts, pythonBase } from "./base-facts";
import { EXAMPLE_QUESTION, generationUsage } from "./generation-usage";
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
  readonly format: FolderFormat;
  readonly trainableParameters: number;
  /** Null for imported adapters. */
  readonly run: CardRun | null;
  /** Prompt format. */
  readonly prompt: PromptFormat;
}

/** README.md of an exported adapter: training setup, results and usage. */
export function modelCard(facts: CardFacts): string {
  return [
    frontMatter(facts),
    `# ${plainText(facts.adapterName)}`,
    `A ${methodTitles[facts.methodId]} adapter for ${baseName(facts.base)} with ${facts.trainableParameters} trainable parameters, trained in the browser with Luthier.`,
    ...(facts.run ? [runSection(facts.run)] : []),
    usage(facts),
    promptSection(facts),
  ].join("\n\n");
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

function frontMatter({ base: { repository, license }, format }: CardFacts): string {
  const lines = ["---", `library_name: ${LIBRARIES[folderReaders[format]]}`];
  // The Hub interprets base_model as a repository, so a title is not allowed.
  if (repository !== null) lines.push(`base_model: ${quoted(repository)}`);
  if (license) lines.push(`license: ${quoted(license.toLowerCase())}`);
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

function runSection(run: NonNullable<CardFacts["run"]>): string {
  const { training, method, objective = null } = run.config;
  const rows: [string, string | number][] = [
    ["Dataset", `${plainText(run.datasetName)} (${run.datasetRows} rows)`],
    ["Mixed in", mixedIn(run)],
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
