import { pTuningFields } from "../../spec/methods/p-tuning";
import { defined } from "../../lib/invariant";
import { f32 } from "../graph/value";
import { refuseUnless } from "./config-check";
import { fill } from "./dense";
import { lstmEncoder } from "./lstm-encoder";
import type { Adapter, Method } from "./method";
import { mlpEncoder } from "./mlp-encoder";
import { OptionReader } from "./option-reader";
import type { PromptEncoder } from "./prompt-encoder";
import { EMBEDDING, importSoftPrompt, PROMPT_EMBEDDINGS, softPromptConfig } from "./soft-prompt";

/**
 * P-tuning (Liu et al. 2021, arXiv 2103.10385) as PEFT has it: `num_virtual_tokens` virtual tokens in front of the text,
 * made by a small network from trained embeddings. Only what the network makes is saved.
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
    const table = f32(tokens, width);
    return {
      parameters: [
        {
          name: EMBEDDING,
          shape: table.shape,
          init: ({ random }) => fill(tokens * width, () => random.normal()),
        },
        ...encoder.parameters,
      ],
      promptLength: tokens,
      prefixLength: 0,
      hooks: (graph, mode) => ({
        virtualTokens: () => encoder.apply(graph, graph.parameter(EMBEDDING, table), mode),
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
    } satisfies Adapter;
  },
  readConfig(config) {
    refuseUnless(config, { num_transformer_submodules: [1], modules_to_save: [null] });
    return {
      num_virtual_tokens: config.num_virtual_tokens as number,
      encoder_reparameterization_type: config.encoder_reparameterization_type as string,
      encoder_hidden_size: config.encoder_hidden_size as number,
      encoder_num_layers: (config.encoder_num_layers ?? 2) as number,
      encoder_dropout: (config.encoder_dropout ?? 0) as number,
    };
  },
};

/** One network after another. */
function chain(first: PromptEncoder, second: PromptEncoder): PromptEncoder {
  return {
    parameters: [...first.parameters, ...second.parameters],
    apply: (graph, x, mode) => second.apply(graph, first.apply(graph, x, mode), mode),
    encode: (trained, x) => second.encode(trained, first.encode(trained, x)),
  };
}
