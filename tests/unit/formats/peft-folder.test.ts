import { readFileSync } from "node:fs";
import { strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { bytesSource, type ByteSource } from "../../../src/formats/byte-source";
import { readPeftFolder, writePeftFolder } from "../../../src/formats/peft-folder";
import { writeSafetensors } from "../../../src/formats/safetensors";
import { zipFiles } from "../../support/zip-files";

const tensors = new Map([
  ["base_model.model.q_proj.lora_A.weight", { shape: [1, 2], data: Float32Array.of(1, 2) }],
  ["base_model.model.q_proj.lora_B.weight", { shape: [2, 1], data: Float32Array.of(3, 4) }],
]);
const config = { r: 1, peft_type: "LORA", lora_alpha: 2, rank_pattern: { b: 1, a: 2 } };

const sources = (files: Iterable<[string, Uint8Array]>, folder = ""): ByteSource[] =>
  [...files].map(([name, bytes]) => bytesSource(folder + name, bytes));

describe("PEFT folders", () => {
  it("reads what it writes, as files, in a folder, and as a zip", async () => {
    const files = writePeftFolder({ config, tensors });
    expect(await readPeftFolder(sources(files))).toEqual({ config, tensors });
    expect(await readPeftFolder(sources(files, "run/checkpoint-20/"))).toEqual({ config, tensors });
    const zip = bytesSource("adapter.zip", zipFiles(files));
    expect(await readPeftFolder([zip])).toEqual({ config, tensors });
  });

  it("writes the config as PEFT does", () => {
    const text = new TextDecoder().decode(writePeftFolder({ config, tensors }).get("adapter_config.json"));
    expect(text).toBe(
      '{\n  "lora_alpha": 2,\n  "peft_type": "LORA",\n  "r": 1,\n  "rank_pattern": {\n    "b": 1,\n    "a": 2\n  }\n}',
    );
  });

  it("reads a config that PEFT wrote", async () => {
    const golden = readFileSync(new URL("../../golden/llama/lora/adapter_config.json", import.meta.url));
    const read = await readPeftFolder([
      bytesSource("adapter_config.json", golden),
      bytesSource("adapter_model.safetensors", writeSafetensors([])),
    ]);
    expect(read.config.peft_type).toBe("LORA");
    expect(read.tensors.size).toBe(0);
  });

  it("widens half precision and refuses other types", async () => {
    const stored = (dtype: string, bytes: number[], size: number) => {
      const header = JSON.stringify({
        a: { dtype, shape: [bytes.length / size], data_offsets: [0, bytes.length] },
      });
      return bytesSource(
        "adapter_model.safetensors",
        Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...strToU8(header), ...bytes),
      );
    };
    const configFile = bytesSource("adapter_config.json", strToU8("{}"));
    const half = await readPeftFolder([configFile, stored("F16", [0, 0x3c, 0, 0xc0], 2)]);
    expect([...half.tensors.get("a")!.data]).toEqual([1, -2]);
    const brain = await readPeftFolder([configFile, stored("BF16", [0x80, 0x3f], 2)]);
    expect([...brain.tensors.get("a")!.data]).toEqual([1]);
    await expect(readPeftFolder([configFile, stored("I8", [1, 2], 1)])).rejects.toThrow(
      /Tensor a .* type I8/,
    );
  });

  it("reports what is missing", async () => {
    const [configFile, weights] = sources(writePeftFolder({ config, tensors }));
    await expect(readPeftFolder([weights!])).rejects.toThrow(/No adapter_config.json/);
    await expect(readPeftFolder([configFile!])).rejects.toThrow(/No adapter_model.safetensors/);
    await expect(
      readPeftFolder([configFile!, bytesSource("adapter_model.bin", strToU8("x"))]),
    ).rejects.toThrow(/adapter_model.bin is in PyTorch's own format/);
    await expect(
      readPeftFolder([configFile!, weights!, { ...configFile!, name: "b/adapter_config.json" }]),
    ).rejects.toThrow(/more than one adapter/);
    await expect(readPeftFolder([])).rejects.toMatchObject({ code: "adapter" });
  });

  it("reads the adapters it builds on from their folders", async () => {
    const files = [
      ...sources(writePeftFolder({ config, tensors })),
      ...sources(writePeftFolder({ config: { own: 1 }, tensors }), "0/"),
    ];
    const experts = [{ name: "0", config: { own: 1 }, tensors }];
    expect(await readPeftFolder(files)).toEqual({ config, tensors, experts });
    const deeper = sources(writePeftFolder({ config, tensors }), "0/1/");
    await expect(readPeftFolder([...files, ...deeper])).rejects.toThrow(/more than one adapter/);
  });

  it("prefers the top-level adapter to checkpoints beside it", async () => {
    const checkpoint = { config: { own: 1 }, tensors };
    for (const top of ["", "out/"]) {
      const files = [
        ...sources(writePeftFolder(checkpoint), `${top}checkpoint-10/`),
        ...sources(writePeftFolder({ config, tensors }), top),
        ...sources(writePeftFolder(checkpoint), `${top}runs/checkpoint-20/`),
      ];
      expect(await readPeftFolder(files)).toEqual({ config, tensors });
    }
    const alone = ["a/checkpoint-10/", "a/checkpoint-20/"].flatMap((folder) =>
      sources(writePeftFolder(checkpoint), folder),
    );
    await expect(readPeftFolder(alone)).rejects.toThrow(/more than one adapter/);
  });

  it("recognises an MLX adapter", async () => {
    const mlx = { fine_tune_type: "lora", lora_parameters: { rank: 4, scale: 20 }, num_layers: 2 };
    const files = [
      bytesSource("adapter_config.json", strToU8(JSON.stringify(mlx))),
      bytesSource("adapters.safetensors", writeSafetensors([])),
    ];
    await expect(readPeftFolder(files)).rejects.toThrow(/MLX/);
  });

  it("ignores files outside the config's folder", async () => {
    const [configFile, weights] = sources(writePeftFolder({ config, tensors }), "a/");
    await expect(
      readPeftFolder([configFile!, { ...weights!, name: "b/adapter_model.safetensors" }]),
    ).rejects.toThrow(/No adapter_model.safetensors was found beside/);
  });
});
