import { describe, expect, test } from "vitest";
import { withoutExperts } from "../../../src/engine/adapters/composed/experts";
import { adapterFromFolder } from "../../../src/engine/adapters/from-folder";
import { describeModel } from "../../../src/engine/models/registry";
import { peftFiles } from "../../../src/export/peft";
import { bytesSource } from "../../../src/formats/byte-source";
import { readPeftFolder } from "../../../src/formats/peft-folder";
import { expectClose } from "../../support/compare";
import {
  bindCase,
  goldenCases,
  goldenFamilies,
  type GoldenInfo,
  readJson,
  readTensors,
  under,
} from "../../support/golden";

const BASE = "someone/model";
const cases = goldenFamilies().flatMap((family) =>
  goldenCases(family).map((name) => [family, name] as const),
);

/** A nested language model names its layers so that other parts' layers do not match. */
function targetsInPart(family: string): object {
  if (family !== "gemma3_pictures") return {};
  const layer = (index: number, name: string) => `language_model.layers.${index}.self_attn.${name}`;
  return { target_modules: ["q_proj", "v_proj"].flatMap((name) => [layer(0, name), layer(1, name)]) };
}

async function exportGolden(family: string, name: string) {
  const spec = describeModel(readJson(family, "config.json"));
  const peftConfig = readJson<Record<string, unknown>>(family, name, "adapter_config.json");
  const { converts } = readJson<GoldenInfo>(family, name, "golden.json");
  const tensors = await readTensors(family, name, "golden.safetensors");
  const adapter = bindCase({ spec }, family, name);
  const trained = under(tensors, "after");
  const files = peftFiles(adapter, trained, BASE);
  const folder = await readPeftFolder([...files].map(([path, bytes]) => bytesSource(path, bytes)));
  const saved = new Map([...withoutExperts(under(tensors, "saved"))].filter(([tensor]) => !isBase(tensor)));
  return { spec, peftConfig, converts, adapter, trained, files, folder, saved };
}

/** PEFT stores the frozen embedding and head with their updates, but also reads folders without them. */
function isBase(tensor: string): boolean {
  return tensor.endsWith(".base_layer.weight");
}

describe.each(cases)("%s %s", (family, name) => {
  test("exports the tensors that PEFT saves", async () => {
    const { converts, folder, saved } = await exportGolden(family, name);
    expect([...folder.tensors.keys()].sort()).toEqual([...saved.keys()].sort());
    for (const [tensor, expected] of saved) {
      const actual = folder.tensors.get(tensor)!;
      expect(actual.shape, tensor).toEqual(expected.shape);
      // Converted tensors are computed in float64 here but in float32 by the reference; all others are copied.
      if (converts) expectClose(actual.data, expected.data, 1e-6, tensor);
      else expect(actual.data, tensor).toEqual(expected.data);
    }
  });

  test("exports a config equal to PEFT's", async () => {
    const { adapter, folder, peftConfig, files } = await exportGolden(family, name);
    const weights = adapter.weightsFile ?? "adapter_model.safetensors";
    const own = [...files.keys()].filter((file) => !file.includes("/"));
    expect(own.sort()).toEqual([adapter.configFile ?? "adapter_config.json", weights].sort());
    expect(folder.config.base_model_name_or_path).toBe(BASE);
    const { base_model_name_or_path: _, ...shared } = folder.config;
    expect(shared).toEqual({ ...expectedConfig(shared, peftConfig), ...targetsInPart(family) });
  });

  test("reads its own export back", async () => {
    const { spec, converts, folder, adapter, trained } = await exportGolden(family, name);
    const { adapter: again, values } = adapterFromFolder(folder, spec);
    expect([...values.keys()].sort()).toEqual(again.parameters.map((parameter) => parameter.name).sort());
    if (converts) {
      expect(again.exportTensors(values)).toEqual(adapter.exportTensors(trained));
    } else {
      expect(again.config).toEqual(adapter.config);
      expect(new Map([...values].sort())).toEqual(new Map([...trained].sort()));
    }
  });
});

/** PEFT's values of the keys that the export has. */
function expectedConfig(
  exported: Record<string, unknown>,
  peftConfig: Record<string, unknown>,
): Record<string, unknown> {
  const shared = Object.fromEntries(Object.keys(exported).map((key) => [key, peftConfig[key]]));
  // Without a projection PEFT still records the width it would have had.
  return shared.prefix_projection === false ? { ...shared, encoder_hidden_size: null } : shared;
}
