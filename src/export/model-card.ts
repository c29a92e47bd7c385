import { type FolderFormat, type FolderReader, folderReaders } from "../shared/folder-format";
import { pythonUsage } from "../shared/python-usage";
import type { RunConfig } from "../shared/training";
import { type BaseFacts, pythonBase } from "./base-facts";
import { EXAMPLE_QUESTION, generationUsage } from "./generation-usage";
import type { PromptManner } from "./prompt-manner";
import { luthierOnly, methodTitles } from "./card-words";
import type { MethodId } from "../shared/methods";

/** What a card tells of the run that made an adapter. */
export interface CardRun {
  readonly config: RunConfig;
  readonly datasetName: string;
  readonly datasetRows: number;
  readonly templateTitle: string;
  readonly steps: number;
  readonly finalLoss: number | null;
  readonly validationLoss: number | null;
}

/** What a card tells. */
export interface CardFacts {
  readonly adapterName: string;
  readonly base: BaseFacts;
  readonly methodId: MethodId;
  readonly format: FolderFormat;
  readonly trainableParameters: number;
  /** Null for an adapter that came from elsewhere. */
  readonly run: CardRun | null;
  /** How the model is asked. */
  readonly prompt: PromptManner;
}

/** The README.md of an exported adapter: what was trained, on what, how it ended, and how to use it. */
export function modelCard(facts: CardFacts): string {
  return [
    frontMatter(facts),
    `# ${plainText(facts.adapterName)}`,
    `A ${methodTitles[facts.methodId]} adapter for ${baseName(facts.base)} with ${facts.trainableParameters} trained parameters, made in the browser with Luthier.`,
    ...(facts.run ? [runSection(facts.run)] : []),
    usage(facts),
    promptSection(facts),
  ].join("\n\n");
}

/** The base by its title, with the repository that it came from. */
function baseName({ title, repository }: BaseFacts): string {
  const shown = plainText(title);
  return repository === null || repository === title ? shown : `${shown} (${plainText(repository)})`;
}

/** What the hub calls the libraries. */
const LIBRARIES: Readonly<Record<FolderReader, string>> = {
  peft: "peft",
  adapters: "adapter-transformers",
  transformers: "transformers",
  luthier: "transformers",
};

function frontMatter({ base: { repository, license }, format }: CardFacts): string {
  const lines = ["---", `library_name: ${LIBRARIES[folderReaders[format]]}`];
  // A hub takes this for a repository of its own; a title is none.
  if (repository !== null) lines.push(`base_model: ${quoted(repository)}`);
  if (license) lines.push(`license: ${quoted(license.toLowerCase())}`);
  return [...lines, "tags:", "- luthier", "---"].join("\n");
}

/** A string of JSON on one line, which is also a double-quoted scalar of YAML: JSON's escapes are among its own. */
function quoted(text: string): string {
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

function usage({ base, format, prompt }: CardFacts): string {
  const where =
    base.repository === null
      ? `\`path/to/base-model\` stands for a folder with the base model, ${plainText(base.title)}.\n\n`
      : "";
  const isLoaded = folderReaders[format] !== "luthier";
  const lines = [
    pythonUsage(pythonBase(base), format),
    ...(isLoaded ? [generationUsage(prompt, base.autoModel)] : luthierOnly),
  ];
  return `## Use\n\n${where}\`\`\`python\n${lines.join("\n")}\n\`\`\``;
}

/** The text that the model was trained to answer, for one question. */
function promptSection({ prompt }: CardFacts): string {
  const text = prompt.text([{ role: "user", content: EXAMPLE_QUESTION }]);
  const start = prompt.startIds.length > 0 ? " The tokenizer puts its start token in front." : "";
  const ends =
    prompt.endTexts.length === 0
      ? ""
      : ` The answer ends with ${prompt.endTexts.map((end) => `\`${quoted(end).replaceAll("`", "\\u0060")}\``).join(" or ")}.`;
  const template =
    prompt.chatTemplate === null
      ? ""
      : "\nThe whole chat template is `chat_template.jinja`; give it to the tokenizer as `tokenizer.chat_template` to ask in several turns.\n";
  return `## Prompt\n\nThe model was trained on prompts like this one, here as a string of JSON:\n\n\`\`\`json\n${quoted(text)}\n\`\`\`\n\nIt answers right behind it.${start}${ends}\n${template}`;
}
