import { pTuningV2Fields } from "../../../shared/methods/p-tuning-v2";
import type { Method } from "../common/method";
import { OptionReader } from "../common/option-reader";
import { prefixAdapter } from "./prefix";
import { PREFIX_FACTS, readVirtualTokens, savedPrefix } from "./soft-prompt";

/**
 * P-tuning v2 (Liu et al. 2021, arXiv 2110.07602): deep prompts, i.e. a prefix for each layer without an encoder, with
 * dropout during training. PEFT loads its files as prefix tuning.
 */
export const pTuningV2: Method = {
  peftType: "PREFIX_TUNING",
  bind(values, model) {
    const reader = new OptionReader(pTuningV2Fields, values);
    return prefixAdapter(model, {
      tokens: reader.number("num_virtual_tokens"),
      hidden: null,
      zero: reader.text("init_weights") === "zero",
      dropout: reader.number("prefix_dropout"),
    });
  },
  peftKeys: savedPrefix.keys,
  modelFacts: PREFIX_FACTS,
  readConfig: (config) => readVirtualTokens(savedPrefix, config),
};
