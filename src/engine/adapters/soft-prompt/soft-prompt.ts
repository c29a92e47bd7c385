import * as v from "valibot";
import { LuthierError } from "../../../lib/errors";
import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import type { Value } from "../../graph/value";
import type { ModelSpec } from "../../nn/model-spec";
import { splitColumns } from "../../ops/split-columns";
import { refuseUnless } from "../common/config-check";
import { definePeftConfig, type PeftConfig } from "../common/peft-config";
import { taskType } from "../common/task-type";
import type { HostTensor } from "../common/method";

/** The only tensor in PEFT's files of soft prompts. */
export const PROMPT_EMBEDDINGS = "prompt_embeddings";

/** PEFT's parameter name of the virtual token embedding during training. */
export const EMBEDDING = "prompt_encoder.embedding.weight";

/** PEFT has separate virtual tokens for encoder and decoder, though soft prompts use only the encoder's. */
export function submodules({ encoder }: ModelSpec): 1 | 2 {
  return encoder ? 2 : 1;
}

/** First `tokens` rows of a prompt (rows, width), i.e. the virtual tokens before the text. */
export function leadingRows(graph: Graph, rows: Value, tokens: number): Value {
  const [total = 0, width = 0] = rows.type.shape;
  if (total === tokens) return rows;
  const sizes = [tokens * width, (total - tokens) * width];
  const [front] = graph.applyAll(splitColumns, [graph.reshape(rows, 1, total * width)], { sizes });
  return graph.reshape(defined(front, "the first rows"), tokens, width);
}

/** Config keys common to all soft prompts. */
export const virtualTokenKeys = {
  used: { num_virtual_tokens: v.number(), num_transformer_submodules: v.nullish(v.number(), null) },
  // Implied by the saved tensor's shape; only a prefix needs them, to split it.
  fromModel: ["num_attention_heads", "num_layers", "token_dim"],
  refused: { modules_to_save: [] },
} as const;

/** Keys that define how a prefix tensor splits into keys and values. */
export const PREFIX_FACTS = virtualTokenKeys.fromModel;

/** PEFT's PrefixTuningConfig. The file holds the prefix itself, however it was computed. */
export const savedPrefix = definePeftConfig({
  className: "PrefixTuningConfig",
  used: virtualTokenKeys.used,
  noEffect: {
    start: ["encoder_hidden_size", "init_weights", "prefix_projection"],
    "from-model": virtualTokenKeys.fromModel,
  },
  refused: virtualTokenKeys.refused,
});

/** Virtual tokens of a soft prompt's config. Errors: invalid keys, or a submodule count that does not fit the task. */
export function readVirtualTokens(
  saved: PeftConfig<typeof virtualTokenKeys.used>,
  config: Readonly<Record<string, unknown>>,
): { num_virtual_tokens: number } {
  const count = config.task_type === "SEQ_2_SEQ_LM" ? 2 : 1;
  refuseUnless(config, { num_transformer_submodules: [count] });
  return { num_virtual_tokens: saved.read(config).num_virtual_tokens };
}

/**
 * adapter_config.json keys common to all soft prompts. For a prefix, `tokenDim` and `heads` refer to key-value heads.
 */
export function softPromptConfig(
  peftType: string,
  virtualTokens: number,
  model: ModelSpec,
  tokenDim: number,
  heads: number,
): Record<string, unknown> {
  return {
    peft_type: peftType,
    task_type: taskType(model),
    num_virtual_tokens: virtualTokens,
    token_dim: tokenDim,
    num_transformer_submodules: submodules(model),
    num_attention_heads: heads,
    num_layers: model.blocks.length,
    modules_to_save: null,
  };
}

/** Reads the parameter from a soft prompt's file. Errors: the tensor is missing. */
export function importSoftPrompt(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const saved = tensors.get(PROMPT_EMBEDDINGS);
  if (saved) return new Map([[EMBEDDING, saved]]);
  throw new LuthierError({ code: "adapter/no-prompt", tensor: PROMPT_EMBEDDINGS });
}
