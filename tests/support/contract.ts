import { declareWeights, type ModelSpec } from "../../src/engine/nn/model-spec";
import type { FieldValues } from "../../src/shared/fields";
import type { MethodChoice, MethodId } from "../../src/shared/methods";

/** A method's terms of the adapter contract, checked by tests/gpu/contract.test.ts. */
export interface ContractTerms {
  /** Options small enough for the golden models. */
  readonly options: FieldValues;
  /** Golden families whose modules the options name; default: any. */
  readonly families?: readonly string[];
  /** Adapters that it builds on. */
  readonly experts?: readonly MethodChoice[];
  /** Whether the adapted model initially equals the base model; virtual tokens and random layers do not. */
  readonly identity: boolean;
  /** Whether it merges into the base model's weights. */
  readonly merges: boolean;
  /** Whether saved files hold values derived from the parameters, so that resumed training is not bit-exact. */
  readonly converts?: boolean;
  /** Models on which the method is refused. */
  readonly refusedOn?: (model: ModelSpec) => boolean;
  readonly refusal?: RegExp;
  /**
   * Parameters behind a softmax; with the arbitrary weights of quantised kinds it may saturate and leave no gradient.
   */
  readonly saturates?: RegExp;
  /** Learning rate of the two steps that must change every parameter. */
  readonly learningRate: number;
}

const everywhere = { target_modules: "all-linear" };
const everyEnd = "q_proj, c_attn, q, embed_tokens, wte, wpe, lm_head";
const weight = { identity: true, merges: true, learningRate: 1e-2 } as const;
const front = { identity: false, merges: false, learningRate: 1e-2 } as const;
const beside = { merges: false, learningRate: 1e-2 } as const;

/** LoRA adapters with different ranks and layers. */
function loraExperts(count: number): MethodChoice[] {
  const targets = ["all-linear", "", ".*\\.(0|1)\\..*"];
  return targets.slice(0, count).map((target_modules, index) => ({
    id: "lora",
    options: { target_modules, r: 2 + index, use_rslora: index === 1, lora_dropout: 0.1 },
  }));
}

const withoutEncoder = { refusedOn: ({ encoder }: ModelSpec) => encoder !== undefined, refusal: /encoder/ };

function hasNoBias(model: ModelSpec): boolean {
  return !declareWeights(model).some(({ name }) => name.endsWith(".bias"));
}

/** Exhaustive: a method without terms fails to compile. */
export const contractTerms: Readonly<Record<MethodId, readonly ContractTerms[]>> = {
  lora: [
    { ...weight, options: { ...everywhere, r: 4, bias: "all", lora_dropout: 0.1 } },
    { ...weight, options: { ...everywhere, r: 4, use_dora: true, lora_dropout: 0.1 } },
    { ...weight, converts: true, options: { ...everywhere, r: 3, init_lora_weights: "pissa" } },
    ...[
      { families: ["llama_tied", "gpt2", "qwen2"], modules_to_save: "0.mlp" },
      { families: ["t5"], modules_to_save: "0.layer.1.DenseReluDense" },
    ].map(({ families, modules_to_save }) => ({
      ...weight,
      families,
      options: { target_modules: everyEnd, modules_to_save, r: 3, lora_dropout: 0.1 },
    })),
  ],
  loha: [{ ...weight, options: { ...everywhere, r: 3, rank_dropout: 0.1, module_dropout: 0.1 } }],
  lokr: [
    { ...weight, options: { ...everywhere, r: 2, decompose_both: true } },
    { ...weight, options: { ...everywhere, r: 8, rank_dropout: 0.1, init_weights: "lycoris" } },
  ],
  krona: [{ ...weight, options: everywhere }],
  said: [
    { ...weight, options: { ...everywhere, intrinsic_dimension: 60 } },
    { ...weight, options: { ...everywhere, intrinsic_dimension: 40, structure_aware: false } },
  ],
  ia3: [{ ...weight, options: {} }],
  "prefix-tuning": [{ ...front, options: { num_virtual_tokens: 3 } }],
  "prompt-tuning": [{ ...front, options: { num_virtual_tokens: 3, prompt_tuning_init: "SAMPLE_VOCAB" } }],
  "p-tuning": [{ ...front, converts: true, options: { num_virtual_tokens: 3 } }],
  "p-tuning-v2": [{ ...front, options: { num_virtual_tokens: 3 } }],
  bitfit: [{ ...weight, options: {}, refusedOn: hasNoBias, refusal: /bias/ }],
  fishmask: [{ ...weight, options: { ...everywhere, keep_ratio: 0.5, fish_samples: 3 } }],
  "diff-pruning": [
    { ...weight, converts: true, options: { ...everywhere, target_sparsity: 0.5, prune_after: 0.5 } },
  ],
  "last-layers": [{ ...weight, options: {} }],
  full: [{ ...weight, options: {} }],
  houlsby: [
    {
      ...beside,
      identity: true,
      options: { reduction_factor: 4, init_weights: "mam_adapter", dropout: 0.1 },
    },
    { ...beside, identity: false, options: { reduction_factor: 4, non_linearity: "tanh" } },
  ],
  pfeiffer: [
    { ...beside, identity: true, options: { reduction_factor: 4, init_weights: "mam_adapter" } },
    { ...beside, identity: false, options: { reduction_factor: 4, non_linearity: "gelu" } },
  ],
  "mad-x-language": [{ ...beside, identity: false, options: { reduction_factor: 4, dropout: 0.1 } }],
  "mad-x-task": [
    {
      ...beside,
      identity: false,
      options: { reduction_factor: 4, dropout: 0.1 },
      experts: [{ id: "mad-x-language", options: { reduction_factor: 8, dropout: 0.1 } }],
    },
  ],
  xlora: [
    {
      ...beside,
      ...withoutEncoder,
      identity: false,
      options: { xlora_depth: 2, xlora_size: 12, layerwise_scalings: true },
      experts: loraExperts(3),
    },
    {
      ...beside,
      ...withoutEncoder,
      identity: false,
      options: { top_k_lora: 2, enable_softmax_topk: true, global_scaling_weight: 1.5 },
      experts: loraExperts(3),
    },
  ],
  fusion: [
    {
      ...beside,
      identity: false,
      saturates: /\.(query|key)\./,
      options: { dropout_prob: 0.1 },
      experts: [8, 4, 16].map((factor) => ({ id: "pfeiffer", options: { reduction_factor: factor } })),
    },
    {
      ...beside,
      identity: false,
      saturates: /\.(query|key)\./,
      options: { regularization: false },
      experts: [8, 4].map((factor) => ({ id: "houlsby", options: { reduction_factor: factor } })),
    },
  ],
};
