import * as v from "valibot";
import { pTuningFields } from "../../../shared/methods/p-tuning";
import { defined } from "../../../lib/invariant";
import { f32 } from "../../graph/value";
import { fill } from "../common/dense";
import { lstmEncoder } from "./lstm-encoder";
import { defineAdapter } from "../common/define-adapter";
import type { Method } from "../common/method";
import { mlpEncoder } from "./mlp-encoder";
import { OptionReader } from "../common/option-reader";
import { definePeftConfig } from "../common/peft-config";
import { savedProbability } from "../common/saved-options";
import type { PromptEncoder } from "./prompt-encoder";
import {
  EMBEDDING,
  leadingRows,
  importSoftPrompt,
  PROMPT_EMBEDDINGS,
  readVirtualTokens,
  softPromptConfig,
  submodules,
  virtualTokenKeys,
} from "./soft-prompt";

/** PEFT's PromptEncoderConfig; a null hidden size means the model's. */
export const savedEncoder = definePeftConfig({
  className: "PromptEncoderConfig",
  used: {
    ...virtualTokenKeys.used,
    encoder_reparameterization_type: v.nullish(v.string(), "MLP"),
    encoder_hidden_size: v.nullish(v.number(), 0),
    encoder_num_layers: v.nullish(v.number(), 2),
    encoder_dropout: savedProbability,
  },
  noEffect: { "from-model": virtualTokenKeys.fromModel },
  refused: virtualTokenKeys.refused,
});

/**
 * P-tuning (Liu et al. 2021, arXiv 2103.10385) as in PEFT: `num_virtual_tokens` virtual tokens before the text,
 * computed by a small network from trained embeddings. Only the network's output is saved.
 */
export const pTuning: Method = {
  peftType: "P_TUNING",
  bind(values, model) {
    const reader = new OptionReader(pTuningFields, values);
    const tokens = reader.number("num_virtual_tokens");
    const type = reader.text("encoder_reparameterization_type");
    const width = model.embeddingSize;
    const hidden = reader.number("encoder_hidden_size") || width;
    const layers = reader.number("encoder_num_layers");
    const dropout = reader.number("encoder_dropout");
    const encoder =
      type === "MLP"
        ? mlpEncoder([width, hidden, hidden, width])
        : chain(lstmEncoder({ width, hidden, layers, dropout }), mlpEncoder([2 * hidden, 2 * hidden, width]));
    const rows = tokens * submodules(model);
    const table = f32(rows, width);
    return defineAdapter({
      parameters: [
        {
          name: EMBEDDING,
          shape: table.shape,
          init: ({ random }) => fill(rows * width, () => random.normal()),
        },
        ...encoder.parameters,
      ],
      promptLength: tokens,
      hooks: (graph, mode) => ({
        virtualTokens: () =>
          leadingRows(graph, encoder.apply(graph, graph.parameter(EMBEDDING, table), mode), tokens),
      }),
      config: {
        ...softPromptConfig("P_TUNING", tokens, model, width, model.heads),
        encoder_reparameterization_type: type,
        encoder_hidden_size: hidden,
        encoder_num_layers: layers,
        encoder_dropout: dropout,
      },
      exportTensors: (trained) =>
        new Map([[PROMPT_EMBEDDINGS, encoder.encode(trained, defined(trained.get(EMBEDDING), EMBEDDING))]]),
      importTensors: importSoftPrompt,
    });
  },
  peftKeys: savedEncoder.keys,
  readConfig(config) {
    const { num_transformer_submodules: _, ...saved } = savedEncoder.read(config);
    return { ...saved, ...readVirtualTokens(savedEncoder, config) };
  },
};

/** Composes two encoders. */
function chain(first: PromptEncoder, second: PromptEncoder): PromptEncoder {
  return {
    parameters: [...first.parameters, ...second.parameters],
    apply: (graph, x, mode) => second.apply(graph, first.apply(graph, x, mode), mode),
    encode: (trained, x) => second.encode(trained, first.encode(trained, x)),
  };
}
