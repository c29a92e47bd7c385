/** Hugging Face's module paths by llama.cpp's names, without ".weight" and ".bias"; `*` stands for a layer's number. */
export type NameTable = Readonly<Record<string, string>>;

/** What a tensor of a GGUF is called by Hugging Face, and which part of the model it is. */
export interface HubName {
  readonly name: string;
  /** llama.cpp's name of the part: "attn_q". */
  readonly part: string;
  readonly kind: "weight" | "bias";
}

/** Hugging Face's name of a tensor of a GGUF; null where the table does not have it. */
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

/** llama.cpp's name of a module, by its Hugging Face path: "blk.3.attn_q"; null where the table does not have it. */
export function ggufPathOf(names: NameTable, hubPath: string): string | null {
  const [, layer] = /\.(\d+)\./.exec(hubPath) ?? [];
  const pattern = layer === undefined ? hubPath : hubPath.replace(`.${layer}.`, ".*.");
  const found = Object.entries(names).find(([, path]) => path === pattern)?.[0];
  return found?.replace("*", layer ?? "") ?? null;
}
