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

/** The one tensor that PEFT saves for a soft prompt. */
export const PROMPT_EMBEDDINGS = "prompt_embeddings";

/** PEFT's parameter name of the virtual tokens' embedding while training. */
export const EMBEDDING = "prompt_encoder.embedding.weight";

/** PEFT has as many virtual tokens for the decoder as for the encoder, though prompts use the encoder's alone. */
export function submodules({ encoder }: ModelSpec): 1 | 2 {
  return encoder ? 2 : 1;
}

/** The first `tokens` rows of a prompt (all rows, width): those that stand in front of the text. */
export function frontRows(graph: Graph, rows: Value, tokens: number): Value {
  const [total = 0, width = 0] = rows.type.shape;
  if (total === tokens) return rows;
  const sizes = [tokens * width, (total - tokens) * width];
  const [front] = graph.applyAll(splitColumns, [graph.reshape(rows, 1, total * width)], { sizes });
  return graph.reshape(defined(front, "the first rows"), tokens, width);
}

/** The keys of all soft prompts that are used, and those that are not. */
export const virtualTokenKeys = {
  used: { num_virtual_tokens: v.number(), num_transformer_submodules: v.nullish(v.number(), null) },
  // What they say, the shape of the saved tensor says too; a prefix alone depends on how it is divided.
  fromModel: ["num_attention_heads", "num_layers", "token_dim"],
  refused: { modules_to_save: [] },
} as const;

/** How a prefix's tensor is divided into keys and values. */
export const PREFIX_FACTS = virtualTokenKeys.fromModel;

/** PEFT's PrefixTuningConfig. Whatever made the prefix, the file holds the prefix itself. */
export const savedPrefix = definePeftConfig({
  className: "PrefixTuningConfig",
  used: virtualTokenKeys.used,
  idle: {
    start: ["encoder_hidden_size", "init_weights", "prefix_projection"],
    "from-model": virtualTokenKeys.fromModel,
  },
  refused: virtualTokenKeys.refused,
});

/** Virtual tokens of a soft prompt's config. Errors, beside those of its keys: a count of submodules that is not the task's. */
export function readVirtualTokens(
  saved: PeftConfig<typeof virtualTokenKeys.used>,
  config: Readonly<Record<string, unknown>>,
): { num_virtual_tokens: number } {
  const count = config.task_type === "SEQ_2_SEQ_LM" ? 2 : 1;
  refuseUnless(config, { num_transformer_submodules: [count] });
  return { num_virtual_tokens: saved.read(config).num_virtual_tokens };
}

/** The keys of adapter_config.json that all soft prompts share. `tokenDim` and `heads` count key-value heads where the prompt is keys and values. */
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

/** The trained parameter from the one tensor of a soft prompt's file. Errors: the file does not have it. */
export function importSoftPrompt(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const saved = tensors.get(PROMPT_EMBEDDINGS);
  if (saved) return new Map([[EMBEDDING, saved]]);
  throw new LuthierError({ code: "adapter/no-prompt", tensor: PROMPT_EMBEDDINGS });
}
