import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import { rankAndScale } from "../engine/adapters/lora/lora-layer";
import { readLoraConfig, readLoraOptions } from "../engine/adapters/lora/lora-options";
import { embeddingTables, type ModelSpec } from "../engine/nn/model-spec";
import { defined } from "../lib/invariant";
import type { LoraExtra } from "../lib/problems/export-problems";

/** A base module with a low-rank update s · B A. */
export interface LoraUpdate {
  /** Hugging Face module path. */
  readonly path: string;
  readonly kind: "linear" | "table";
  readonly rank: number;
  /** Factor s. */
  readonly scale: number;
  /** (rank, in), or (rank, rows) for a table. */
  readonly a: Readonly<Pick<HostTensor, "shape">> & { readonly name: string };
  /** (out, rank), or (width, rank) for a table. */
  readonly b: Readonly<Pick<HostTensor, "shape">> & { readonly name: string };
}

/** Whether the adapter is exported as a PEFT LoRA. */
export function isLora({ config }: Pick<Adapter, "config">): boolean {
  return config.peft_type === "LORA";
}

/** Descriptions of a LoRA's updates as exported; `name` refers to `adapter.exportTensors`. */
export function loraUpdates(adapter: Adapter, spec: ModelSpec): LoraUpdate[] {
  const options = readLoraOptions(readLoraConfig(adapter.config), spec);
  const shapes = new Map(adapter.parameters.map(({ name, shape }) => [name, shape]));
  // PiSSA and OLoRA are exported as the change from their initial factors, with twice the rank.
  const times = adapter.parameters.some(({ name }) => name.endsWith(".pissa_A")) ? 2 : 1;
  return adapter.parameters.flatMap(({ name, shape: [trained = 0, width = 0] }) => {
    const match = /^base_model\.model\.(.+)\.(lora_A\.weight|lora_embedding_A)$/.exec(name);
    const path = match?.[1];
    if (path === undefined) return [];
    const kind = name.endsWith("lora_embedding_A") ? "table" : "linear";
    const bName = name.replace(/lora_(embedding_)?A/, (part) => part.replace("A", "B"));
    const [out = 0] = defined(shapes.get(bName), bName);
    const rank = times * trained;
    const { scale } = rankAndScale(path, options);
    return [
      { path, kind, rank, scale, a: { name, shape: [rank, width] }, b: { name: bName, shape: [out, rank] } },
    ];
  });
}

/** LoRA features that not every program supports. */
export function loraExtras(adapter: Adapter, spec: ModelSpec): LoraExtra[] {
  const { config } = adapter;
  const updates = loraUpdates(adapter, spec);
  const has = (path: string): boolean => updates.some((update) => update.path === path);
  const saved = config.modules_to_save;
  const positions = embeddingTables(spec).filter(({ path }) => path !== spec.embedTokens);
  const found: [LoraExtra, boolean][] = [
    ["dora", config.use_dora === true],
    ["biases", (config.bias ?? "none") !== "none" || config.lora_bias === true],
    ["whole-modules", Array.isArray(saved) && saved.length > 0],
    ["tied-head", spec.head.tied && has(spec.head.path)],
    ["tied-embedding", spec.head.tied && has(spec.embedTokens)],
    ["position-table", positions.some(({ path }) => has(path))],
  ];
  return found.filter(([, applies]) => applies).map(([extra]) => extra);
}
