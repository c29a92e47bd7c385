import type { TemplateId } from "../../shared/data";
import type { MethodId } from "../../shared/methods";
import type { ObjectiveId } from "../../shared/objectives";
import type { ScoreId } from "../../shared/scores";

/* English titles of methods, objectives, scores and templates, for exported files and for the page in English. */

/** Method names as in the literature. */
export const methodTitles: Readonly<Record<MethodId, string>> = {
  lora: "LoRA",
  loha: "LoHa",
  lokr: "LoKr",
  krona: "KronA",
  said: "Intrinsic SAID",
  ia3: "(IA)³",
  "prefix-tuning": "Prefix tuning",
  "prompt-tuning": "Prompt tuning",
  "p-tuning": "P-tuning",
  "p-tuning-v2": "P-tuning v2",
  bitfit: "BitFit",
  fishmask: "FishMask",
  "diff-pruning": "DiffPruning",
  "last-layers": "Last layers",
  full: "Full fine-tuning",
  houlsby: "Houlsby adapters",
  pfeiffer: "Pfeiffer adapters",
  "mad-x-language": "MAD-X language adapter",
  "mad-x-task": "MAD-X task adapter",
  fusion: "AdapterFusion",
  xlora: "X-LoRA",
};

/** Objectives on better and worse answers, as in the literature. */
export const objectiveTitles: Readonly<Record<ObjectiveId, string>> = {
  dpo: "DPO",
  hinge: "DPO with hinge loss",
  robust: "Robust DPO",
  ipo: "IPO",
  orpo: "ORPO",
  simpo: "SimPO",
  cpo: "CPO",
  kto: "KTO",
};

export const scoreTitles: Readonly<Record<ScoreId, string>> = {
  loss: "Loss per token of the expected answers",
  perplexity: "Perplexity",
  tokenAccuracy: "Token accuracy",
  exact: "Exact match",
  normalised: "Match without case, punctuation and blanks",
  contains: "Contains the expected answer",
  chrf: "chrF",
  rougeL: "ROUGE-L",
  json: "Valid JSON",
  regex: "Matches a regular expression",
  ended: "Ended by itself",
  repetition: "Repetition",
  length: "Length in tokens",
  acc: "Choice (acc)",
  accNorm: "Choice (acc_norm)",
};

/** Title of the commit that publishes something of the given name. */
export const commitTitle = (name: string): string => `Upload ${name} from Luthier`;

export const templateTitles: Readonly<Record<TemplateId, string>> = {
  chat: "The model's own chat template",
  chatml: "ChatML",
  llama2: "Llama 2",
  llama3: "Llama 3",
  mistral: "Mistral",
  gemma: "Gemma",
  qwen: "Qwen",
  zephyr: "Zephyr",
  vicuna: "Vicuna",
  deepseek: "DeepSeek",
  phi: "Phi",
  alpaca: "Stanford Alpaca",
  "human-assistant": "Human: … Assistant:",
  "instruction-answer": "Instruction / Input / Answer",
  plain: "Plain: question, then answer",
  custom: "A chat template of one's own",
};
