import type { Field, FieldValues } from "./fields";
import { diffPruningFields } from "./methods/diff-pruning";
import { fishmaskFields } from "./methods/fishmask";
import { houlsbyFields, madXLanguageFields, madXTaskFields, pfeifferFields } from "./methods/bottleneck";
import { fusionFields } from "./methods/fusion";
import { ia3Fields } from "./methods/ia3";
import { kronaFields } from "./methods/krona";
import { lohaFields } from "./methods/loha";
import { lokrFields } from "./methods/lokr";
import { lastLayersFields } from "./methods/last-layers";
import { loraFields } from "./methods/lora";
import { pTuningFields } from "./methods/p-tuning";
import { pTuningV2Fields } from "./methods/p-tuning-v2";
import { prefixTuningFields } from "./methods/prefix-tuning";
import { promptTuningFields } from "./methods/prompt-tuning";
import { xloraFields } from "./methods/xlora";
import { saidFields } from "./methods/said";

/** The training methods that the studio has. */
export const METHOD_IDS = [
  "lora",
  "loha",
  "lokr",
  "krona",
  "said",
  "ia3",
  "prefix-tuning",
  "prompt-tuning",
  "p-tuning",
  "p-tuning-v2",
  "bitfit",
  "fishmask",
  "diff-pruning",
  "last-layers",
  "full",
  "houlsby",
  "pfeiffer",
  "mad-x-language",
  "mad-x-task",
  "fusion",
  "xlora",
] as const;
export type MethodId = (typeof METHOD_IDS)[number];

/** What the page needs to offer a method. */
export interface MethodSpec {
  readonly id: MethodId;
  /** The name of its radio button. */
  readonly title: string;
  readonly group:
    "Reparameterised" | "Scaling" | "Soft prompts" | "Parts of the model" | "Bottleneck adapters";
  /** What it does and when to choose it, in an honest sentence. */
  readonly summary: string;
  readonly fields: readonly Field[];
  /** The learning rate it starts with, and the range within which it usually learns. */
  readonly learningRate: { readonly default: number; readonly low: number; readonly high: number };
}

/** A trained adapter that another one builds on: its name, and its adapter_config.json. */
export interface Expert {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A method and its options, as a run uses them. */
export interface MethodChoice {
  readonly id: MethodId;
  readonly options: FieldValues;
  /** The adapters that it builds on, where they are known without the library. */
  readonly experts?: readonly Expert[];
}

export const methodSpecs: Readonly<Record<MethodId, MethodSpec>> = {
  lora: {
    id: "lora",
    title: "LoRA",
    group: "Reparameterised",
    summary:
      "Adds a small trained matrix beside each chosen layer. The safe first choice: strong results, a small file, and it runs everywhere. Its options make it DoRA, rsLoRA, LoRA+ or PiSSA; over a model loaded in NF4 it is QLoRA.",
    fields: loraFields,
    learningRate: { default: 2e-4, low: 1e-5, high: 5e-3 },
  },
  loha: {
    id: "loha",
    title: "LoHa",
    group: "Reparameterised",
    summary:
      "Multiplies two low-rank updates number by number, which reaches a higher rank with as many parameters. Try it where LoRA at the same size falls short; it takes more memory and time.",
    fields: lohaFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 2e-2 },
  },
  lokr: {
    id: "lokr",
    title: "LoKr",
    group: "Reparameterised",
    summary:
      "Builds each update as a Kronecker product of two small matrices. Very few parameters and a tiny file; for styles and formats more than for new knowledge.",
    fields: lokrFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 2e-2 },
  },
  krona: {
    id: "krona",
    title: "KronA",
    group: "Reparameterised",
    summary:
      "A Kronecker product of two whole matrices, of full rank with few parameters. Choose it over LoKr when there is no rank to tune; it is exported as a LoKr.",
    fields: kronaFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 2e-2 },
  },
  said: {
    id: "said",
    title: "Intrinsic SAID",
    group: "Reparameterised",
    summary:
      "Moves all chosen layers by one short vector through fixed random directions. Choose it to see how few numbers a task needs, or for the smallest file; it is slow to train, and slow to answer until it is merged.",
    fields: saidFields,
    learningRate: { default: 1e-2, low: 1e-4, high: 1e-1 },
  },
  ia3: {
    id: "ia3",
    title: "(IA)³",
    group: "Scaling",
    summary:
      "Trains one factor for each output of a few layers. The smallest adapter that changes weights; quick to learn a tone, too small for new facts.",
    fields: ia3Fields,
    learningRate: { default: 8e-3, low: 1e-4, high: 1e-1 },
  },
  "prefix-tuning": {
    id: "prefix-tuning",
    title: "Prefix tuning",
    group: "Soft prompts",
    summary:
      "Trains a few virtual tokens that every attention layer sees. No weight changes; good for a style or a task, weaker for new facts.",
    fields: prefixTuningFields,
    learningRate: { default: 1e-2, low: 1e-4, high: 5e-2 },
  },
  "prompt-tuning": {
    id: "prompt-tuning",
    title: "Prompt tuning",
    group: "Soft prompts",
    summary:
      "Trains a few virtual words in front of the prompt. The smallest adapter there is; it steers what the model can already do.",
    fields: promptTuningFields,
    learningRate: { default: 3e-2, low: 1e-3, high: 3e-1 },
  },
  "p-tuning": {
    id: "p-tuning",
    title: "P-tuning",
    group: "Soft prompts",
    summary:
      "Trains virtual words in front of the prompt through a small network, which steadies prompt tuning; only the words are exported. Choose it when prompt tuning learns too slowly.",
    fields: pTuningFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 3e-2 },
  },
  "p-tuning-v2": {
    id: "p-tuning-v2",
    title: "P-tuning v2",
    group: "Soft prompts",
    summary:
      "Trains deep prompts: virtual tokens in every attention layer, with dropout on them. Choose it over prefix tuning when data is scarce; PEFT loads it as prefix tuning.",
    fields: pTuningV2Fields,
    learningRate: { default: 1e-2, low: 1e-4, high: 5e-2 },
  },
  bitfit: {
    id: "bitfit",
    title: "BitFit",
    group: "Parts of the model",
    summary:
      "Trains only the biases that the model has. Tiny and gentle; choose it for a change of tone, where the family has biases (GPT-2, Qwen2).",
    fields: [],
    learningRate: { default: 5e-3, low: 1e-4, high: 5e-2 },
  },
  fishmask: {
    id: "fishmask",
    title: "FishMask",
    group: "Parts of the model",
    summary:
      "Trains the few weights of the model that matter most for this data, found before the first step. Choose it for a sparse change that merges without a trace; while it trains it takes as much memory as all the weights it chooses from.",
    fields: fishmaskFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 1e-1 },
  },
  "diff-pruning": {
    id: "diff-pruning",
    title: "DiffPruning",
    group: "Parts of the model",
    summary:
      "Trains a change of every weight with a gate on each, then takes back all but the largest and trains those on. Choose it over FishMask when the best weights are to be learned and not guessed; it takes twice the memory.",
    fields: diffPruningFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 1e-2 },
  },
  "last-layers": {
    id: "last-layers",
    title: "Last layers",
    group: "Parts of the model",
    summary:
      "Trains the model's last blocks themselves. Stronger than a small adapter and quick, because nothing before them has a backward pass; the result is a changed model.",
    fields: lastLayersFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 1e-2 },
  },
  full: {
    id: "full",
    title: "Full fine-tuning",
    group: "Parts of the model",
    summary:
      "Trains every weight of the model. The most it can learn, for four times the model's memory in f32, and it forgets the most; for small models and much data.",
    fields: [],
    learningRate: { default: 3e-4, low: 1e-6, high: 3e-3 },
  },
  houlsby: {
    id: "houlsby",
    title: "Houlsby adapters",
    group: "Bottleneck adapters",
    summary:
      "Puts a small two-layer network after attention and one after the feed-forward layer of each block. Learns well from little data; every answer is a little slower.",
    fields: houlsbyFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  pfeiffer: {
    id: "pfeiffer",
    title: "Pfeiffer adapters",
    group: "Bottleneck adapters",
    summary:
      "One small network a block, after the feed-forward layer: half of Houlsby's cost for nearly the same result. For tools that read the adapters library's format.",
    fields: pfeifferFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  "mad-x-language": {
    id: "mad-x-language",
    title: "MAD-X language adapter",
    group: "Bottleneck adapters",
    summary:
      "Pfeiffer's bottlenecks and an invertible network around the whole model, to learn a language from plain text. Choose it first, then train a task over it; alone it is not better than Pfeiffer.",
    fields: madXLanguageFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  "mad-x-task": {
    id: "mad-x-task",
    title: "MAD-X task adapter",
    group: "Bottleneck adapters",
    summary:
      "Pfeiffer's bottlenecks for a task, stacked over a language adapter that stays as it is. Choose it to teach a task apart from the language it is spoken in; needs a trained language adapter.",
    fields: madXTaskFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  fusion: {
    id: "fusion",
    title: "AdapterFusion",
    group: "Bottleneck adapters",
    summary:
      "Learns for each token which of several trained bottleneck adapters to listen to, and changes none of them. Choose it to use what separate tasks have learned; it trains more numbers than the adapters have and is the slowest of them.",
    fields: fusionFields,
    learningRate: { default: 1e-4, low: 1e-5, high: 1e-2 },
  },
  xlora: {
    id: "xlora",
    title: "X-LoRA",
    group: "Reparameterised",
    summary:
      "Mixes several trained LoRA adapters, token by token, by gates made of what the base model sees; only the gates' small classifier trains. Choose it to use what several LoRAs have learned at once; every token passes the model twice.",
    fields: xloraFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 5e-2 },
  },
};
