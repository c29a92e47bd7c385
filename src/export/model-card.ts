import type { FolderFormat } from "../engine/adapters/method";
import type { AutoModel } from "../spec/model";
import type { RunConfig } from "../spec/training";

/** What a card tells of the run that made an adapter. */
export interface CardFacts {
  readonly adapterName: string;
  readonly baseModel: string;
  readonly methodTitle: string;
  readonly format: FolderFormat;
  /** The class of transformers that loads the base model. */
  readonly autoModel: AutoModel;
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
    `# ${facts.adapterName}`,
    `A ${facts.methodTitle} adapter for \`${facts.baseModel}\` with ${facts.trainableParameters} trained parameters, made in the browser with Luthier.`,
    ...(facts.run ? [runSection(facts.run)] : []),
    usage(facts),
  ].join("\n\n");
}

const LIBRARIES: Readonly<Record<FolderFormat, string>> = {
  peft: "peft",
  adapters: "adapter-transformers",
  "adapters-heads": "adapter-transformers",
  "peft-experts": "peft",
  "adapters-stack": "adapter-transformers",
  "adapters-fusion": "adapter-transformers",
  weights: "transformers",
  luthier: "transformers",
  "luthier-sparse": "transformers",
};

function frontMatter({ baseModel, license, format }: CardFacts): string {
  const lines = ["---", `library_name: ${LIBRARIES[format]}`, `base_model: ${yaml(baseModel)}`];
  if (license) lines.push(`license: ${yaml(license.toLowerCase())}`);
  return [...lines, "tags:", "- luthier", "---"].join("\n");
}

function yaml(text: string): string {
  return JSON.stringify(text);
}

function runSection(run: NonNullable<CardFacts["run"]>): string {
  const { training, method } = run.config;
  const rows: [string, string | number][] = [
    ["Dataset", `${run.datasetName} (${run.datasetRows} rows)`],
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
      String(value),
    ]),
  ];
  const table = rows.filter(([, value]) => value !== "").map(([name, value]) => `| ${name} | ${value} |`);
  return ["## Training", "", "| | |", "| --- | --- |", ...table].join("\n");
}

function loss(value: number | null): string {
  return value === null ? "not measured" : value.toFixed(4);
}

interface Loading {
  readonly imports: readonly string[];
  /** The class of the base model. */
  readonly model: string;
  readonly lines: readonly string[];
}

/** Stands for the class of transformers that loads the base model. */
const AUTO_MODEL = "{AutoModel}";
const PLAIN = { model: AUTO_MODEL } as const;
const FROM_TRANSFORMERS = `from transformers import ${AUTO_MODEL}, AutoTokenizer`;

const loading: Readonly<Record<FolderFormat, Loading>> = {
  peft: {
    ...PLAIN,
    imports: ["from peft import PeftModel", FROM_TRANSFORMERS],
    lines: ['model = PeftModel.from_pretrained(model, "path/to/this/folder")'],
  },
  adapters: {
    ...PLAIN,
    imports: ["import adapters", FROM_TRANSFORMERS],
    lines: [
      "adapters.init(model)",
      'model.load_adapter("path/to/this/folder", use_safetensors=True, set_active=True)',
    ],
  },
  "adapters-heads": {
    // A head of transformers' own would leave out the inverse of what stands after the embeddings.
    model: "AutoAdapterModel",
    imports: ["from adapters import AutoAdapterModel", "from transformers import AutoTokenizer"],
    lines: ['model.load_adapter("path/to/this/folder", use_safetensors=True, set_active=True)'],
  },
  "peft-experts": {
    ...PLAIN,
    imports: ["import os", "from peft import PeftModel, XLoraConfig", FROM_TRANSFORMERS],
    lines: [
      "model.config.use_cache = False",
      'folder = "path/to/this/folder"',
      "config = XLoraConfig.from_pretrained(folder)",
      "config.adapters = {name: os.path.join(folder, name) for name in config.adapters}",
      "model = PeftModel.from_pretrained(model, folder, config=config)",
    ],
  },
  "adapters-fusion": {
    ...PLAIN,
    imports: ["import json, os", "import adapters", FROM_TRANSFORMERS],
    lines: [
      "adapters.init(model)",
      'folder = "path/to/this/folder"',
      'for name in json.load(open(os.path.join(folder, "adapter_fusion_config.json")))["adapter_names"]:',
      "    model.load_adapter(os.path.join(folder, name), use_safetensors=True)",
      "model.load_adapter_fusion(folder, use_safetensors=True, set_active=True)",
    ],
  },
  "adapters-stack": {
    model: "AutoAdapterModel",
    imports: [
      "from adapters import AutoAdapterModel",
      "from adapters.composition import Stack",
      "from transformers import AutoTokenizer",
    ],
    lines: [
      'language = model.load_adapter("path/to/this/folder/language", use_safetensors=True)',
      'task = model.load_adapter("path/to/this/folder", use_safetensors=True)',
      "model.set_active_adapters(Stack(language, task))",
    ],
  },
  weights: {
    ...PLAIN,
    imports: ["from safetensors.torch import load_file", FROM_TRANSFORMERS],
    lines: [
      'trained = load_file("path/to/this/folder/adapter_model.safetensors")',
      "model.load_state_dict(trained, strict=False)",
    ],
  },
  "luthier-sparse": {
    ...PLAIN,
    imports: ["from safetensors.torch import load_file", FROM_TRANSFORMERS],
    lines: [
      'changes = load_file("path/to/this/folder/adapter_model.safetensors")',
      'for name in (key.removesuffix(".values") for key in changes if key.endswith(".values")):',
      '    rows, columns = changes[f"{name}.indices"].long()',
      '    model.get_parameter(name).data[rows, columns] += changes[f"{name}.values"]',
    ],
  },
  luthier: {
    ...PLAIN,
    imports: [FROM_TRANSFORMERS],
    lines: [
      "# That is the base model: only Luthier reads this folder. Load it there and export the merged model,",
      "# which from_pretrained takes like any other.",
    ],
  },
};

/** The lines of Python that use an adapter folder. */
export function pythonUsage(baseModel: string, format: FolderFormat, autoModel: AutoModel): string {
  const { imports, model, lines } = loading[format];
  return [
    ...imports,
    `tokenizer = AutoTokenizer.from_pretrained("${baseModel}")`,
    `model = ${model}.from_pretrained("${baseModel}")`,
    ...lines,
  ]
    .join("\n")
    .replaceAll(AUTO_MODEL, autoModel);
}

function usage({ baseModel, format, autoModel }: CardFacts): string {
  return `## Use\n\n\`\`\`python\n${pythonUsage(baseModel, format, autoModel)}\n\`\`\`\n`;
}
