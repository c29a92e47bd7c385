import { describe, expect, test } from "vitest";
import { methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import { folderFormat } from "../../../src/export/peft";
import { defaultValues } from "../../../src/shared/fields";
import { type MethodId, methodSpecs } from "../../../src/shared/methods";
import { type BaseModel, pythonUsage } from "../../../src/shared/python-usage";
import { readJson } from "../../support/golden";

/** Which library loads a method's export for a golden family; .ci/run verifies it with the libraries. */
function formatOn(family: string, id: MethodId): string {
  const model = describeModel(readJson(family, "config.json"));
  return folderFormat(methods[id].bind(defaultValues(methodSpecs[id].fields), model));
}

describe("who reads an exported folder", () => {
  test.each([
    ["lora", { gpt2: "peft", bloom: "peft", t5: "peft" }],
    ["loha", { llama: "peft", gpt2: "luthier" }],
    ["lokr", { llama: "peft", gpt2: "luthier" }],
    ["krona", { bloom: "peft", gpt2: "luthier" }],
    [
      "houlsby",
      { llama: "adapters", t5: "adapters", qwen3: "adapters", gemma3: "adapters", opt_350m: "adapters" },
    ],
    ["pfeiffer", { gpt2: "adapters", qwen2: "adapters", gemma3: "luthier", bloom: "adapters" }],
    [
      "mad-x-language",
      { mistral: "adapters-heads", mt5: "adapters-heads", bloom: "adapters", opt: "luthier" },
    ],
    ["full", { llama: "weights" }],
  ] as const)("depends on the model's family for %s", (id, families) => {
    const formats = Object.keys(families).map((family) => [family, formatOn(family, id)]);
    expect(Object.fromEntries(formats)).toEqual(families);
  });

  test("is given with the model's class", () => {
    const of = (family: string, autoModel: BaseModel["autoModel"] = "AutoModelForCausalLM") => ({
      name: "some/model",
      autoModel,
      family,
    });
    const plain = pythonUsage(of("t5", "AutoModelForSeq2SeqLM"), "adapters", "a/folder");
    expect(plain).toContain('AutoModelForSeq2SeqLM.from_pretrained("some/model")');
    expect(plain).toContain('model.load_adapter("a/folder"');
    expect(pythonUsage(of("llama"), "adapters-heads")).toContain(
      'model = AutoAdapterModel.from_pretrained("some/model")',
    );
    expect(pythonUsage(of("opt"), "adapters")).toMatch(
      /attn_o_proj="out_proj",[^]*init\(model, interface=interface\)/,
    );
    expect(pythonUsage(of("mt5", "AutoModelForSeq2SeqLM"), "adapters-heads")).toMatch(
      /import AutoModelForSeq2SeqLM, AutoTokenizer\n[^]*plain = AutoModelForSeq2SeqLM[^]*set_output_embeddings\(plain\.lm_head\)/,
    );
  });
});
