import { defined } from "../../../lib/invariant";
import { promptTuningFields } from "../../../shared/methods/prompt-tuning";
import { f32 } from "../../graph/value";
import type { ModelSpec } from "../../nn/model-spec";
import { defineAdapter } from "../common/define-adapter";
import type { InitContext, Method } from "../common/method";
import { optionError, OptionReader } from "../common/option-reader";
import { definePeftConfig } from "../common/peft-config";
import { savedEncoder } from "./p-tuning";
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

const savedPrompt = definePeftConfig({
  className: "PromptTuningConfig",
  used: virtualTokenKeys.used,
  noEffect: {
    start: ["prompt_tuning_init", "prompt_tuning_init_text", "tokenizer_kwargs", "tokenizer_name_or_path"],
    "from-model": virtualTokenKeys.fromModel,
  },
  refused: virtualTokenKeys.refused,
});

/**
 * Prompt tuning (Lester et al. 2021, arXiv 2104.08691): `num_virtual_tokens` trained embeddings before the text's own,
 * initialised from normal(0, 1), from random tokens' embeddings or from those of a text.
 */
export const promptTuning: Method = {
  peftType: "PROMPT_TUNING",
  // PEFT saves P-tuning's virtual tokens without their network, so a loaded adapter is an ordinary soft prompt.
  reads: ({ peft_type: type }) => type === "PROMPT_TUNING" || type === "P_TUNING",
  bind(values, model) {
    const reader = new OptionReader(promptTuningFields, values);
    const tokens = reader.number("num_virtual_tokens");
    const init = reader.text("prompt_tuning_init");
    // Surrounding whitespace is tokenized too, as in PEFT.
    const text = reader.verbatim("prompt_tuning_init_text");
    if (init === "TEXT" && text === "")
      throw optionError("prompt_tuning_init_text", { code: "config/no-prompt-text" });
    const rows = tokens * submodules(model);
    return defineAdapter({
      parameters: [
        {
          name: EMBEDDING,
          shape: [rows, model.embeddingSize],
          init: (context) => initialPrompt(context, model, rows, init, text),
        },
      ],
      promptLength: tokens,
      checkText: (tokenize) => {
        if (init === "TEXT") checkLength(tokenize(text), tokens);
      },
      hooks: (graph) => ({
        virtualTokens: () =>
          leadingRows(graph, graph.parameter(EMBEDDING, f32(rows, model.embeddingSize)), tokens),
      }),
      config: {
        ...softPromptConfig("PROMPT_TUNING", tokens, model, model.embeddingSize, model.heads),
        // With RANDOM, loaders need no tokenizer.
        prompt_tuning_init: "RANDOM",
      },
      exportTensors: (trained) => new Map([[PROMPT_EMBEDDINGS, defined(trained.get(EMBEDDING), EMBEDDING)]]),
      importTensors: importSoftPrompt,
    });
  },
  peftKeys: savedPrompt.keys,
  readConfig(config) {
    const tokens =
      config.peft_type === "P_TUNING"
        ? readVirtualTokens(savedEncoder, config)
        : readVirtualTokens(savedPrompt, config);
    return { ...tokens, prompt_tuning_init: "RANDOM" };
  },
};

async function initialPrompt(
  context: InitContext,
  model: ModelSpec,
  tokens: number,
  init: string,
  text: string,
): Promise<Float32Array<ArrayBuffer>> {
  if (init === "RANDOM")
    return Float32Array.from({ length: tokens * model.embeddingSize }, () => context.random.normal());
  const rows =
    init === "TEXT"
      ? fitIds(context.tokenize(text), tokens)
      : Array.from({ length: tokens }, () => Math.floor(context.random.uniform() * model.vocabularySize));
  const embeddings = await context.baseRows(`${model.embedTokens}.weight`, rows);
  // The model does not scale virtual tokens, so they start as scaled embeddings.
  const factor = model.embeddingScale ?? 1;
  return embeddings.map((value) => value * factor);
}

/** PEFT silently truncates a longer text. */
function checkLength({ length: tokens }: readonly number[], virtualTokens: number): void {
  if (tokens <= virtualTokens) return;
  throw optionError("prompt_tuning_init_text", { code: "config/prompt-text-length", tokens, virtualTokens });
}

/** PEFT's rule: truncate to `count`, repeating the list first if it is too short. */
export function fitIds(ids: readonly number[], count: number): number[] {
  if (ids.length === 0) throw optionError("prompt_tuning_init_text", { code: "config/prompt-text-tokens" });
  return Array.from({ length: count }, (_, index) => defined(ids[index % ids.length], "id"));
}
