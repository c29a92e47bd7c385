import { prefixTuningFields } from "../../../shared/methods/prefix-tuning";
import type { Method } from "../common/method";
import { OptionReader } from "../common/option-reader";
import { prefixAdapter } from "./prefix";
import { PREFIX_FACTS, readVirtualTokens, savedPrefix } from "./soft-prompt";

/** Prefix tuning (Li & Liang 2021, arXiv 2101.00190) as in PEFT, with or without prefix_projection. */
export const prefixTuning: Method = {
  peftType: "PREFIX_TUNING",
  bind(values, model) {
    const reader = new OptionReader(prefixTuningFields, values);
    return prefixAdapter(model, {
      tokens: reader.number("num_virtual_tokens"),
      hidden: reader.boolean("prefix_projection") ? reader.number("encoder_hidden_size") : null,
      zero: reader.text("init_weights") === "zero",
      dropout: 0,
    });
  },
  peftKeys: savedPrefix.keys,
  modelFacts: PREFIX_FACTS,
  // PEFT saves the projection's output, not its weights: a loaded adapter trains the prefix directly.
  readConfig: (config) => ({ ...readVirtualTokens(savedPrefix, config), prefix_projection: false }),
};
