import type { InterruptedRun } from "../../../src/protocol/commands";
import type { LengthStats, SampleDataset, TokenView } from "../../../src/shared/data";
import type { FitChange, FitKind, FitOptions, TrainingForecast } from "../../../src/shared/forecast";
import type { TokenChance } from "../../../src/shared/generation";
import type { ModelCard, ModelSummary, ModuleInfo } from "../../../src/shared/model";
import type { AlpacaRow as Row } from "../../../src/shared/rows";
import type { SampleAnswer } from "../../../src/shared/run-history";
import type { RunConfig } from "../../../src/shared/training";

/** Data of the fake client: enough to render every part of the page. */

export const fakeSamples: readonly SampleDataset[] = [
  {
    id: "pirate",
    file: "pirate.json",
    suggestions: [
      "What do snakes eat?",
      "What do you call the work of a tailor?",
      "Where does a goldfish live?",
    ],
  },
  {
    id: "copper-fiddle",
    file: "copper-fiddle.json",
    suggestions: [
      "Which drink can I get there?",
      "How many days does a repair take?",
      "How old is the shop?",
    ],
  },
  {
    id: "courtier-zh",
    file: "courtier-zh.json",
    suggestions: ["灯有什么用？"],
  },
];

const THINGS = [
  "cat",
  "river",
  "violin",
  "baker",
  "lantern",
  "bridge",
  "winter",
  "harbour",
  "clock",
  "garden",
];

/** Rows of a made-up dataset; some are long, to give a realistic length distribution. */
export function fakeRows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const thing = THINGS[index % THINGS.length] ?? "cat";
    const more = "It is told about along the whole coast. ".repeat((index * index) % 7);
    return {
      instruction: `Tell me something about a ${thing}.`,
      input: index % 5 === 4 ? "Answer in one sentence." : "",
      output: `Arr! A ${thing} be a fine thing to know. ${more}So it be, matey!`,
    };
  });
}

/** One token per word or punctuation mark, within a chat template's markers. */
export function fakeTokens(row: Row, maxLength: number): TokenView {
  type Token = TokenView["tokens"][number];
  const words = (text: string, part: Token["part"]): Token[] =>
    (text.match(/\s?[^\s\p{P}]+|\s?\p{P}|\s/gu) ?? []).map((word) => ({
      id: [...word].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 4096, 7),
      text: word,
      continues: false,
      supervised: part === "answer",
      part,
      special: false,
    }));
  const special = (text: string, id: number, supervised = false): Token => ({
    id,
    text,
    continues: false,
    supervised,
    part: supervised ? "answer" : "template",
    special: true,
  });
  const tokens = [
    special("<|im_start|>", 1),
    ...words("user\n", "template"),
    ...words(row.input === "" ? row.instruction : `${row.instruction}\n${row.input}`, "prompt"),
    special("<|im_end|>", 2),
    ...words("\n", "template"),
    special("<|im_start|>", 1),
    ...words("assistant\n", "template"),
    ...words(row.output, "answer"),
    special("<|im_end|>", 2, true),
  ];
  const start = tokens.findIndex((token) => token.supervised);
  const truncated = tokens.length > maxLength;
  return {
    tokens: tokens.slice(0, maxLength),
    truncated,
    endCut: truncated && start < maxLength,
    systemInQuestion: false,
    askedDifferently: false,
    toolsLeftOut: false,
    excluded: start >= maxLength ? { code: "data/question-fills-row", maxLength } : null,
  };
}

/** Made-up probabilities of an answer's tokens. */
export function fakeOdds(ids: readonly number[]): TokenChance[] {
  return ids.map((id) => {
    const probability = [0.97, 0.61, 0.34, 0.08][id % 4] ?? 0;
    const others = [0, 1, 2, 3].map((other) => ({
      id: 1000 + other,
      text: [" a", " the", " lantern", "\n"][other] ?? "",
      probability: (1 - probability) / 2 ** (other + 1),
    }));
    const text = ` word${id}`;
    return {
      ...{ id, text, continues: false, probability },
      likeliest: [{ id, text, probability }, ...others].sort((a, b) => b.probability - a.probability),
    };
  });
}

/** Lengths of made-up rows. */
export function fakeLengths(rows: readonly Row[], maxLength: number): LengthStats {
  const views = rows.map((row) => fakeTokens(row, Infinity));
  const lengths = views.map((view) => view.tokens.length);
  const cut = rows.map((row) => fakeTokens(row, maxLength));
  const longest = Math.max(...lengths);
  const binWidth = Math.max(1, Math.ceil(longest / 24));
  const histogram = Array.from({ length: Math.floor(longest / binWidth) + 1 }, () => 0);
  for (const length of lengths) {
    const bin = Math.floor(length / binWidth);
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  return {
    rows: rows.length,
    histogram,
    binWidth,
    longest,
    truncated: lengths.filter((length) => length > maxLength).length,
    endCut: cut.filter((view) => view.endCut).length,
    systemInQuestion: 0,
    askedDifferently: 0,
    inBytes: 0,
    toolsLeftOut: 0,
    excluded: cut.filter((view) => view.excluded).length,
    exclusions: cut.flatMap(({ excluded: reason }, index) =>
      reason ? [{ reason, rows: 1, firstRow: index + 1 }] : [],
    ),
    supervisedTokens: views.flatMap((view) => view.tokens).filter((token) => token.supervised).length,
    totalTokens: lengths.reduce((sum, length) => sum + length, 0),
    endTokenMissing: false,
  };
}

export const fakeCards: readonly ModelCard[] = [
  {
    id: "tiny",
    title: "Luthier Tiny",
    source: "built-in",
    family: "llama",
    parameters: 3_412_000,
    sizeBytes: 6_830_000,
    license: "Apache-2.0",
  },
  {
    id: "kept",
    title: "SmolLM2-135M-Instruct",
    source: "files",
    family: "llama",
    parameters: 134_515_008,
    sizeBytes: 269_060_552,
    license: "Apache-2.0",
  },
];

const LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

function fakeModules(layers: number, hidden: number): ModuleInfo[] {
  return Array.from({ length: layers }, (_, layer) =>
    LINEARS.map((name, index) => ({
      path: `model.layers.${layer}.${index < 4 ? "self_attn" : "mlp"}.${name}`,
      inFeatures: hidden,
      outFeatures: hidden,
    })),
  ).flat();
}

/** Summary of a loaded model. */
export function fakeModel(card: ModelCard): ModelSummary {
  return {
    ...card,
    precision: ["bf16"],
    quantised: null,
    hiddenSize: 192,
    layers: 4,
    vocabularySize: 4096,
    maxLength: 1024,
    hasChatTemplate: true,
    autoModel: "AutoModelForCausalLM",
    modules: fakeModules(4, 192),
    ends: [],
    gpuBytes: card.sizeBytes + 2_000_000,
    unread: { config: [], generation: [] },
    ownSampling: null,
    defaults: card.source === "built-in" ? { lora: { learningRate: 0.004, maxSteps: 60 } } : {},
  };
}

/** Training forecast, derived from the tokens per batch. */
export function fakeForecast({ training }: RunConfig, budgetBytes: number): TrainingForecast {
  const bytesOf = ({ batchSize, maxLength, gradientCheckpointing }: typeof training): number =>
    batchSize * maxLength * (gradientCheckpointing ? 40_000 : 250_000);
  const rest = {
    weights: 269_000_000,
    adapter: 3_700_000,
    optimizer: 11_100_000,
    inputs: 240_000,
    others: 0,
  };
  const fixed = Object.values(rest).reduce((sum, bytes) => sum + bytes, 0);
  const activations = bytesOf(training);
  const change = (kind: FitKind, options: FitOptions): FitChange => {
    const totalBytes = fixed + bytesOf({ ...training, ...options });
    return { kind, options, totalBytes, fits: totalBytes <= budgetBytes };
  };
  const changes = [
    change("checkpointing", { gradientCheckpointing: true }),
    change("batch", { batchSize: Math.ceil(training.batchSize / 4), gradientAccumulation: 4 }),
    change("length", { maxLength: Math.ceil(training.maxLength / 2) }),
  ];
  const total = fixed + activations;
  return {
    memory: { ...rest, activations, total },
    oversizedBytes: null,
    totalSteps: training.maxSteps || 60,
    trainRows: 100,
    mixedRows: Math.round(100 * (training.mixShare ?? 0)),
    flops: 1e13,
    changes: total > budgetBytes ? changes : [],
  };
}

export const fakeInterruptedRun: InterruptedRun = {
  id: "run",
  isElsewhere: false,
  name: "LoRA, Talk like a pirate",
  datasetName: "Talk like a pirate",
  step: 40,
  totalSteps: 60,
  savedAt: Date.UTC(2026, 10, 22, 8, 30),
};

export function fakeSampleAnswer(step: number): SampleAnswer {
  const answer = step < 30 ? "Snakes eat small animals." : "Arr! Snakes be eatin' wee beasts, matey!";
  return { step, question: "What do snakes eat?", expected: "Arr! They eat small animals, matey!", answer };
}
