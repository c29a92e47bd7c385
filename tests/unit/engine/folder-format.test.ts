import { describe, expect, test } from "vitest";
import { methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import { folderFormat } from "../../../src/export/peft";
import { defaultValues } from "../../../src/spec/fields";
import { pythonUsage } from "../../../src/spec/folder-format";
import { type MethodId, methodSpecs } from "../../../src/spec/methods";
import { readJson } from "../../support/golden";

/** Who reads a method's export on a golden family; .ci/run has the libraries themselves confirm it. */
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
    ["houlsby", { llama: "adapters", t5: "adapters", qwen3: "adapters", gemma3: "adapters", opt: "luthier" }],
    ["pfeiffer", { gpt2: "adapters", qwen2: "adapters", gemma3: "luthier", bloom: "luthier" }],
    ["mad-x-language", { mistral: "adapters-heads", mt5: "adapters-heads", qwen2: "adapters" }],
    ["full", { llama: "weights" }],
  ] as const)("is told of %s by the model's family", (id, families) => {
    const formats = Object.keys(families).map((family) => [family, formatOn(family, id)]);
    expect(Object.fromEntries(formats)).toEqual(families);
  });

  test("is told how, with the class that the model has", () => {
    const plain = pythonUsage("some/model", "adapters", "AutoModelForSeq2SeqLM", "a/folder");
    expect(plain).toContain('AutoModelForSeq2SeqLM.from_pretrained("some/model")');
    expect(plain).toContain('model.load_adapter("a/folder"');
    expect(pythonUsage("m", "adapters-heads", "AutoModelForCausalLM")).toContain(
      'model = AutoAdapterModel.from_pretrained("m")',
    );
    expect(pythonUsage("m", "adapters-heads", "AutoModelForSeq2SeqLM")).toMatch(
      /import AutoModelForSeq2SeqLM, AutoTokenizer\n[^]*plain = AutoModelForSeq2SeqLM[^]*set_output_embeddings\(plain\.lm_head\)/,
    );
  });
});
