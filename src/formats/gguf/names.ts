/** Maps llama.cpp's names to Hugging Face's module paths, without ".weight" and ".bias"; `*` is the layer number. */
export type NameTable = Readonly<Record<string, string>>;

/** A GGUF tensor's name in Hugging Face's terms, and its parts. */
export interface HubName {
  readonly name: string;
  /** llama.cpp's module name, e.g. "attn_q". */
  readonly part: string;
  readonly kind: "weight" | "bias";
}

/** Hugging Face's name of a GGUF tensor; null if unknown. */
export function hubNameOf(names: NameTable, ggufName: string): HubName | null {
  const [whole, layer, part = "", kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(ggufName) ?? [];
  const pattern = names[layer === undefined ? part : `blk.*.${part}`];
  if (whole === undefined || pattern === undefined) return null;
  return {
    name: `${pattern.replace("*", layer ?? "")}.${String(kind)}`,
    part,
    kind: kind === "bias" ? "bias" : "weight",
  };
}

/** llama.cpp's name of a Hugging Face module path, e.g. "blk.3.attn_q"; null if unknown. */
export function ggufPathOf(names: NameTable, hubPath: string): string | null {
  const [, layer] = /\.(\d+)\./.exec(hubPath) ?? [];
  const pattern = layer === undefined ? hubPath : hubPath.replace(`.${layer}.`, ".*.");
  const found = Object.entries(names).find(([, path]) => path === pattern)?.[0];
  return found?.replace("*", layer ?? "") ?? null;
}
