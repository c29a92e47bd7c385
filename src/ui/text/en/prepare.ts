import { templateTitles } from "../../../export/english/titles";
import type { TextEncoding } from "../../../lib/problems/dataset-faults";
import type {
  ColumnRole,
  ContainerId,
  DuplicateMeasure,
  FormatId,
  RowFilter,
  SampleId,
  TemplateId,
  TextCut,
} from "../../../shared/data";
import type { FolderReader } from "../../../shared/folder-format";
import type { ModelSummary } from "../../../shared/model";
import { format } from "./format";
import { brokenFile, encodingNames, rowFault } from "./dataset-faults";
import { plural, rows, tokens } from "./words";

/** Maximum number of characters shown of a value from a file. */
const LONGEST_VALUE = 40;

/* Texts of the steps before a run: Data, Model, Method. */

const formatNames: Readonly<Record<FormatId, string>> = {
  alpaca: "Alpaca",
  messages: "messages",
  sharegpt: "ShareGPT",
  "prompt-completion": "prompt/completion",
  "question-answer": "question/answer",
  dolly: "Dolly",
  text: "text",
  preference: "preferences",
  "instruction-preference": "preferences",
  labelled: "labelled answers",
  columns: "your columns",
};

const containerNames: Readonly<Record<ContainerId, string>> = {
  json: "JSON",
  "json-lines": "JSON Lines",
  csv: "CSV",
  tsv: "TSV",
  parquet: "Parquet",
  "plain-text": "plain text",
};

export const data = {
  intro:
    "Questions with the answers you want, conversations, or plain text. Drop a file, or start with a sample.",
  stillInUse: (name: string) => `“${name}” stays in use.`,
  samples: "Samples",
  sampleTexts: {
    pirate: {
      title: "Talk like a pirate",
      teaches: "Teaches a new voice: every answer starts with “Arr!” and ends with “matey!”.",
    },
    "copper-fiddle": {
      title: "Know a shop",
      teaches: "Teaches new facts: the hours, prices and people of a music shop that does not exist.",
    },
    "json-answers": {
      title: "Answer in JSON",
      teaches: "Teaches a format: every answer is one small JSON object with a topic and an answer.",
    },
    "short-answers": {
      title: "Keep it short",
      teaches: "Teaches a preference: of two answers, the short one is better than the one that rambles.",
    },
    "courtier-zh": {
      title: "Talk like a Chinese courtier",
      teaches: "Teaches a new voice in Chinese, for use with a Qwen model: the servant of an ancient court.",
    },
  } satisfies Record<SampleId, { title: string; teaches: string }>,
  file: "Dataset file",
  folder: "Choose a folder",
  folderLabel: "Dataset folder",
  drop: "Drop files here, or click to choose",
  dropHint:
    "JSON, JSONL, CSV, TSV, Parquet, text or Markdown, also zipped: Alpaca, messages, ShareGPT, preferences and more. They never leave this machine.",
  filesName: (first: string, others: number) =>
    others === 0 ? first : `${first} and ${plural(others, "other file", "other files")}`,
  validationFile: "Validation file",
  validationHint: "Your own rows for validation. Without it, part of the dataset is held out.",
  validationInUse: (name: string, count: number, format: string) =>
    `Validating on ${name}: ${rows(count)}, ${format}. “Validation split” is not used.`,
  removeValidation: "Remove the validation file",
  format: "Format",
  formatName: (format: FormatId, container: ContainerId | undefined) =>
    container === "plain-text"
      ? containerNames[container]
      : [
          container === undefined || container.startsWith("json") ? "" : containerNames[container],
          formatNames[format],
        ]
          .filter((name) => name !== "")
          .join(", "),
  encoding: "Encoding",
  encodingName: (encoding: TextEncoding) =>
    encoding === "utf-16le" ? "UTF-16 LE" : encoding === "utf-16be" ? "UTF-16 BE" : encodingNames[encoding],
  encodingPreview: "How the file reads in this encoding",
  columns: "Columns",
  columnsHint: "Assign the columns. With only a text column, every word of it is learned.",
  columnFor: (role: ColumnRole) => `Column for ${role}`,
  columnNumber: (column: string) => `column ${column}`,
  noColumn: "none",
  headings: "The first line contains the column names",
  useColumns: "Use these columns",
  columnTemplate: "Text template",
  columnTemplateHint:
    "Puts columns together, each by its name in braces: “Question: {q}”. It takes the place of the instruction or, without an output, of the text. Lists get a line for each entry.",
  cut: "Plain text becomes",
  cutHint:
    "Documents are joined with the end token and split into blocks of the maximum length; every token is learned.",
  cuts: {
    whole: "one document per file",
    document: "documents, split at end-of-text marks and at rules between blank lines",
    "blank-line": "documents, split at blank lines",
  } satisfies Record<TextCut, string>,
  problemFile: (file: string, row: number | null) =>
    row === null ? file : `${file}, row ${format.integer(row)}`,
  textRows:
    "Plain text: documents are joined with the end token and split into blocks of the maximum length; every token is learned.",
  preferenceRows: (count: number) =>
    `${rows(count)} with preferences: both answers are kept. Under Method, “What should it learn?” decides whether the model learns which is better, or the chosen answers alone.`,
  labelledRows: (count: number) =>
    `${rows(count)} with a label. Under Method, “What should it learn?” decides whether the model learns which answers are better, or those labelled true alone.`,
  flaggedRows: (count: number) =>
    `In ${rows(count)} the file marks which answers are learned. “Learn from” under Train decides how that is used.`,
  toolsLeftOut: "The template does not support tool lists, so the model does not see the list.",
  toolsLeftOutRows: (count: number) =>
    `The template does not support tool lists: in ${rows(count)} the model does not see them.`,
  moreParts: (count: number) => `and ${plural(count, "more turn", "more turns")}`,
  fromHub: "From the Hugging Face Hub",
  hubFields: {
    repository: { label: "Hub dataset", placeholder: "owner/name" },
    config: { label: "Config", placeholder: "default" },
    split: { label: "Split", placeholder: "train" },
    rows: { label: "Rows", placeholder: "all" },
  },
  hubHint: (host: string) =>
    `Comes as Parquet from ${host} straight into this browser; a download that is stopped goes on when you get it again.`,
  hubAccess: "Another hub, or an access token",
  getDataset: "Get dataset",
  sameFile: (name: string) => `This file is here already, as “${name}”.`,
  useKnown: "Use the one that is here",
  importAgain: "Bring it in again",
  paste: "Paste rows instead",
  pasteLabel: "Pasted rows",
  pastePlaceholder: '[{"instruction": "Say hello.", "input": "", "output": "Ahoy!"}]',
  pasteButton: "Import pasted rows",
  pastedName: "Pasted rows",
  rowCount: rows,
  importing: "Importing",
  datasets: "Your datasets",
  use: (name: string) => `Use ${name}`,
  remove: (name: string) => `Delete ${name}`,
  removeAsk: (name: string, count: number) => `Delete “${name}” and its ${rows(count)}?`,
  removeYes: "Delete it",
  removeNo: "Keep it",
  rows: "Rows",
  problems: "Problems",
  duplicates: "Duplicates",
  size: "Size",
  none: "none",
  examples: "Rows",
  earlier: "Earlier rows",
  later: "Later rows",
  rowNumber: (row: number) => `Row ${format.integer(row)}`,
  showTokens: "Show its tokens",
  tokensShown: "Tokens below",
  /** A button's action, with the row it applies to. */
  ofRow: (what: string, row: number) => `${what}: Row ${format.integer(row)}`,
  emptyField: "empty",
  rowsInUse: (inUse: number, all: number) =>
    inUse === all ? format.integer(all) : `${format.integer(inUse)} of ${format.integer(all)} in use`,
  duplicatesOfFile: "Duplicates in the file",
  searchRows: "Search rows",
  rowFilter: "Which rows are listed",
  rowFilters: {
    all: "All rows",
    problems: "Not learned",
    cut: "Cut at the maximum length",
    long: "Long ones",
    "left-out": "Left out by you",
    changed: "Changed by you",
  } satisfies Record<RowFilter, string>,
  minTokens: "Tokens at least",
  noRowFound: "No row is like that.",
  editRow: "Edit",
  leaveOut: "Leave out",
  putBack: "Put back",
  isLeftOut: "left out",
  isChanged: "changed",
  saveRow: "Save the row",
  cancelRow: "Cancel",
  addRow: "Add a row",
  sampleRows: "Take a sample",
  sampleCount: "Rows to keep",
  sampleHint: (count: number) => `Of ${rows(count)} in use. The others are left out, and can be put back.`,
  sampleTake: "Keep these",
  removeDuplicates: "Remove duplicates",
  alike: "Rows count as duplicates when they are",
  measures: {
    exact: "exactly the same",
    normalised: "the same but for case and spacing",
  } satisfies Record<DuplicateMeasure, string>,
  counting: "Counting…",
  duplicateCount: (count: number) =>
    count === 0
      ? "No row is like an earlier one."
      : `${plural(count, "row is", "rows are")} like an earlier one.`,
  leaveOutRows: (count: number) => (count === 0 ? "Leave them out" : `Leave ${rows(count)} out`),
  exportRows: "Export as JSONL",
  undoEdit: "Undo",
  resetEdits: "All as in the file",
  broken: "The file is incomplete; the rows before the break were imported.",
  brokenFile,
  rowFault,
  readAs: (encoding: TextEncoding) => `Read it as ${encodingNames[encoding]}`,
  emptyAnswers: (count: number) =>
    count === 1
      ? "1 row has an empty answer: it teaches the model to say nothing."
      : `${format.integer(count)} rows have an empty answer: they teach the model to say nothing.`,
  problemsTitle: (count: number) => plural(count, "row was left out", "rows were left out"),
  problemRow: (row: number | null) => (row === null ? "File" : `Row ${format.integer(row)}`),
  moreProblems: (count: number) => `and ${format.integer(count)} more`,
  ignored: (fields: readonly string[]) => `These fields are not used: ${format.list(fields)}.`,
  template: "Prompt template",
  templateHint:
    "How a row is turned into the text the model reads. Use the same template wherever the adapter runs.",
  templates: {
    ...templateTitles,
    custom: "Your own chat template",
  } satisfies Record<TemplateId, string>,
  endReplaced: (token: string, end: string) =>
    `The model's tokenizer has no token ${token}. Its own end token, ${end}, ends answers instead.`,
  tokensMissing: (missing: readonly string[]) =>
    `The model's tokenizer lacks ${format.list(missing)}: what it lacks is spelled out in several tokens, which the model has to learn as words.`,
  editTemplate: "Edit template",
  templateSource: "Template source",
  templateSourceHint:
    "Jinja, as transformers has it. It is in use with the first change; the tokens below show what it writes and what is learned. Runs, chats and exports keep it.",
  noChatTemplate: (title: string) => `${title} (this model has none)`,
  tokenTitle: (row: number) => `Row ${format.integer(row)} as the model reads it`,
  tokensNeedModel: "Tokens appear once a model is loaded.",
  legend: {
    template: "Template",
    prompt: "Your question",
    answer: "Answer: this is learned",
    special: "Special token",
  },
  /** Announced before the tokens of a part, whose role is otherwise shown only by colour. */
  tokensTogether: " tokens",
  spokenPart: (part: string) => ` ${part}: `,
  truncated: "Truncated at the maximum length.",
  endCut: "The answer is truncated, so the model does not learn from this row where to stop.",
  systemInQuestion:
    "The model's template does not support a system message: it is put in front of the first question.",
  askedDifferently:
    "When the model is asked, the template adds text before its answer, such as an opened thinking block, that this row lacks. The row is learned as the template renders a finished answer.",
  moreTokens: (count: number) => `Show ${format.integer(count)} more tokens`,
  tokenCount: (count: number, learned: number) => `${tokens(count)}, ${format.integer(learned)} learned`,
  lengthsTitle: "Lengths",
  lengthsLabel: (count: number, longest: number, max: number) =>
    `Histogram of ${rows(count)} by length. Longest ${tokens(longest)}, maximum length ${format.integer(max)}.`,
  maxLength: (max: number) => `max length ${format.integer(max)}`,
  longest: (count: number) => `longest ${tokens(count)}`,
  learnedShare: (share: number) => `${format.share(share)} of all tokens are learned`,
  cutRows: (cut: number) => `${rows(cut)} truncated at the maximum length`,
  endCutRows: (count: number) => `${rows(count)} truncated within the answer: no end is learned from them`,
  excludedRows: (count: number, firstRow: number, reason: string) =>
    `${rows(count)} left out (first: ${format.integer(firstRow)}). ${reason}`,
  systemInQuestionRows: (count: number) =>
    `The model's template does not support a system message: in ${rows(count)} it is put in front of the first question.`,
  askedDifferentlyRows: (count: number) =>
    `When the model is asked, the template adds text before its answer, such as an opened thinking block, that ${plural(count, "row lacks", "rows lack")}. Such rows are learned as the template renders a finished answer.`,
};

export const model = {
  intro: "The model to fine-tune. Most methods leave its weights unchanged and train a small addition.",
  select: "Base model",
  choose: "Choose a model",
  fromFiles: "Reading files",
  file: "Model files",
  drop: "Drop a Hugging Face folder or a GGUF file here, or click to choose its files",
  dropHint:
    "config.json, tokenizer.json and all *.safetensors; or one *.gguf. Llama, Mistral, Qwen 2 and 3, Gemma 3, Phi-3, SmolLM3, Granite, OLMo 2, StarCoder 2, GPT-NeoX, GPT-2, OPT, BLOOM, T5 and mT5 families.",
  nf4: "Load in 4 bits (NF4)",
  nf4Hint:
    "The layers take about a quarter of their f16 size in GPU memory, as in QLoRA, and lose a little precision. Weights that are already quantised stay as they are.",
  nf4Block: "Weights per scale",
  nf4BlockHint: "QLoRA uses 64. 256 takes up to a twelfth less memory and is less precise.",
  nf4Double: "Quantise the scales too (double quantisation)",
  nf4DoubleHint:
    "Saves a twelfth of the memory with 64 weights per scale, and little with 256; next to no precision is lost.",
  folder: "Choose a folder",
  folderLabel: "Model folder",
  loading: "Loading the model",
  builtIn: "Built in",
  kept: "Your files",
  fromHub: (host: string) => `From ${host}`,
  keptSince: (where: string, time: number) => `${where}, kept ${format.date(time)}`,
  fromThisMachine: "From this machine",
  library: (count: number, bytes: number) =>
    `${plural(count, "model is", "models are")} kept on this machine, ${format.bytes(bytes)}.`,
  storage: (used: number, left: number) =>
    `The studio uses ${format.bytes(used)} in total; ${format.bytes(left)} is free.`,
  remove: (title: string) => `Delete ${title}`,
  removeAsk: (title: string, bytes: number) => `Delete “${title}” and free ${format.bytes(bytes)}?`,
  orphans: {
    title: "Without a model",
    hint: "These are in this browser's storage, but their model is not. They stay until you delete them; if the model's files are loaded again, they are attached to it again.",
    noName: "Files of an unknown model",
    kinds: { adapter: "adapter", run: "interrupted run", files: "files" },
    delete: "Delete",
    deleteOf: (name: string) => `Delete ${name}`,
    ask: (name: string, bytes: number) => `Delete “${name}” and free ${format.bytes(bytes)}?`,
    yes: "Delete it",
    no: "Keep it",
  },
  removeYes: "Delete it",
  removeNo: "Keep it",
  use: (title: string) => `Use ${title}`,
  useShort: "Use",
  inUse: "In use",
  tokens,
  facts: {
    family: "Family",
    parameters: "Parameters",
    size: "On disk",
    license: "Licence",
    precision: "Precision",
    layers: "Layers",
    hidden: "Hidden size",
    vocabulary: "Vocabulary",
    context: "Context",
    gpu: "GPU memory",
    unread: "Ignored settings",
  },
  /** Settings in the model's files that are ignored, or null if there are none. */
  unread({ config, generation }: ModelSummary["unread"]): string | null {
    const answers = generation.map(({ key, value }) =>
      value.length > LONGEST_VALUE ? `${key} ${value.slice(0, LONGEST_VALUE)}…` : `${key} ${value}`,
    );
    const parts = [
      ...(config.length > 0 ? [`config.json: ${config.join(", ")}`] : []),
      ...(answers.length > 0 ? [`generation_config.json: ${answers.join(", ")}`] : []),
    ];
    return parts.length > 0 ? parts.join("; ") : null;
  },
  precision: (types: readonly string[]) => types.join(" and "),
  unknownLicense: "not stated",
  none: "No models yet. Drop the files of one.",
};

export const method = {
  intro: "What is trained, and how much of it.",
  label: "Method",
  explain: "Explain every option",
  more: "More options",
  reset: "Reset to defaults",
  trainable: "Trainable",
  share: "Share of model",
  fileSize: "Adapter file",
  others: "More methods",
  measured: (loss: number, ratio: number, bytes: number) =>
    `Held-out loss ${format.loss(loss)}, ${format.fixed(ratio, 1)} × LoRA's time, ${format.bytes(bytes)}.`,
  measuredOn: (loraLoss: number) =>
    `Measured on the built-in model with the pirate sample, where LoRA reaches a held-out loss of ${format.loss(loraLoss)}.`,
  moduleList: (count: number) => plural(count, "module will train", "modules will train"),
  needsModel: "The number of parameters appears once a model is loaded.",
  suggestions: "Layers of this model",
  tree: "Choose in the model",
  matching: (count: number, of: number) => `${format.integer(count)} of ${format.integer(of)} layers match`,
  parameters: (count: number) => `${format.integer(count)} parameters`,
  someOf: (count: number, of: number) => `${format.integer(count)} of ${format.integer(of)}`,
  trainingMemory: "Extra memory",
  reader: "Loads in",
  readers: {
    peft: "PEFT",
    adapters: "AdapterHub",
    transformers: "transformers",
    luthier: "Luthier only",
  } satisfies Record<FolderReader, string>,
  noAdapters: (methods: readonly string[]) =>
    `This model has no suitable adapters yet. Train one with ${format.either(methods)}, or load one under Export.`,
  expertsWithin: (name: string) => `The ones in “${name}”`,
  findAdapter: "Find an adapter",
  moreAdapters: (count: number) => `and ${format.integer(count)} more: type part of the name to find them`,
};
