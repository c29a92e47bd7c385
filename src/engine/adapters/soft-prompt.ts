import { LuthierError } from "../../lib/errors";
import type { DecoderSpec } from "../models/decoder-spec";
import type { HostTensor } from "./method";

/** The one tensor that PEFT saves for a soft prompt. */
export const PROMPT_EMBEDDINGS = "prompt_embeddings";

/** PEFT's parameter name of the virtual tokens' embedding while training. */
export const EMBEDDING = "prompt_encoder.embedding.weight";

/** The keys of adapter_config.json that all soft prompts share. `tokenDim` and `heads` count key-value heads where the prompt is keys and values. */
export function softPromptConfig(
  peftType: string,
  virtualTokens: number,
  model: DecoderSpec,
  tokenDim: number,
  heads: number,
): Record<string, unknown> {
  return {
    peft_type: peftType,
    task_type: "CAUSAL_LM",
    num_virtual_tokens: virtualTokens,
    token_dim: tokenDim,
    num_transformer_submodules: 1,
    num_attention_heads: heads,
    num_layers: model.blocks.length,
    modules_to_save: null,
  };
}

/** The trained parameter from the one tensor of a soft prompt's file. Errors: the file does not have it. */
export function importSoftPrompt(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const saved = tensors.get(PROMPT_EMBEDDINGS);
  if (saved) return new Map([[EMBEDDING, saved]]);
  throw new LuthierError(
    "adapter",
    `adapter_model.safetensors has no ${PROMPT_EMBEDDINGS}, which its adapter_config.json asks for.`,
    "Check that both files belong to the same adapter.",
  );
}
