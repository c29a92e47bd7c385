import { pythonString } from "../lib/python-string";
import type { FolderFormat } from "./folder-format";
import type { AutoModel } from "./model";

/** A base model as Python loads it. */
export interface BaseModel {
  /** Its repository or folder. */
  readonly name: string;
  /** The class of transformers that loads it. */
  readonly autoModel: AutoModel;
  readonly family: string;
}

/** A path in the exported folder, or the folder itself, as Python text. */
type Place = (inside?: string) => string;

interface Loading {
  /** The library's own imports; those of transformers follow. */
  readonly imports: readonly string[];
  /** How the base model is made. */
  readonly base: "transformers" | "adapters";
  readonly lines: (place: Place, family: string) => readonly string[];
}

const INIT_ADAPTERS = "adapters.init(model)";

function loadAdapter(place: Place, rest = ""): string {
  return `model.load_adapter(${place()}, use_safetensors=True${rest})`;
}

const stack: Loading["lines"] = (place) => [
  `language = model.load_adapter(${place("language")}, use_safetensors=True)`,
  `task = ${loadAdapter(place)}`,
  "model.set_active_adapters(Stack(language, task))",
];

const loading: Readonly<Record<FolderFormat, Loading>> = {
  peft: {
    imports: ["from peft import PeftModel"],
    base: "transformers",
    lines: (place) => [`model = PeftModel.from_pretrained(model, ${place()})`],
  },
  adapters: {
    imports: ["import adapters"],
    base: "transformers",
    lines: (place, family) => [...initAdapters(family), loadAdapter(place, ", set_active=True")],
  },
  "adapters-heads": {
    imports: ["from adapters import AutoAdapterModel"],
    // A head of transformers' own would leave out the inverse of what stands after the embeddings.
    base: "adapters",
    lines: (place) => [loadAdapter(place, ", set_active=True")],
  },
  "peft-experts": {
    imports: ["import os", "from peft import PeftModel, XLoraConfig"],
    base: "transformers",
    lines: (place) => [
      "model.config.use_cache = False",
      `folder = ${place()}`,
      "config = XLoraConfig.from_pretrained(folder)",
      "config.adapters = {name: os.path.join(folder, name) for name in config.adapters}",
      "model = PeftModel.from_pretrained(model, folder, config=config)",
    ],
  },
  "adapters-fusion": {
    imports: ["import json, os", "import adapters"],
    base: "transformers",
    lines: (place, family) => [
      ...initAdapters(family),
      `folder = ${place()}`,
      'for name in json.load(open(os.path.join(folder, "adapter_fusion_config.json")))["adapter_names"]:',
      "    model.load_adapter(os.path.join(folder, name), use_safetensors=True)",
      "model.load_adapter_fusion(folder, use_safetensors=True, set_active=True)",
    ],
  },
  "adapters-stack": {
    imports: ["from adapters import AutoAdapterModel", "from adapters.composition import Stack"],
    base: "adapters",
    lines: stack,
  },
  "adapters-stack-plain": {
    imports: ["import adapters", "from adapters.composition import Stack"],
    base: "transformers",
    lines: (place, family) => [...initAdapters(family), ...stack(place, family)],
  },
  weights: {
    imports: ["from safetensors.torch import load_file"],
    base: "transformers",
    lines: (place) => [
      `trained = load_file(${place("adapter_model.safetensors")})`,
      "model.load_state_dict(trained, strict=False)",
    ],
  },
  "luthier-sparse": {
    imports: ["from safetensors.torch import load_file"],
    base: "transformers",
    lines: (place) => [
      `changes = load_file(${place("adapter_model.safetensors")})`,
      'for name in (key.removesuffix(".values") for key in changes if key.endswith(".values")):',
      '    rows, columns = changes[f"{name}.indices"].long()',
      '    model.get_parameter(name).data[rows, columns] += changes[f"{name}.values"]',
    ],
  },
  luthier: {
    imports: [],
    base: "transformers",
    lines: () => [],
  },
};

/**
 * The lines of Python that use an adapter folder, which lies at `folder`; those of the base model alone where no library
 * reads it. Names may be any text.
 */
export function pythonUsage(
  { name, autoModel, family }: BaseModel,
  format: FolderFormat,
  folder = "path/to/this/folder",
): string {
  const { imports, base, lines } = loading[format];
  const place: Place = (inside) => pythonString(inside === undefined ? folder : `${folder}/${inside}`);
  const model = pythonString(name);
  const isCarried = base === "adapters" && autoModel === "AutoModelForSeq2SeqLM";
  const transformers = base === "adapters" && !isCarried ? "AutoTokenizer" : `${autoModel}, AutoTokenizer`;
  return [
    ...imports,
    `from transformers import ${transformers}`,
    `tokenizer = AutoTokenizer.from_pretrained(${model})`,
    ...(isCarried
      ? carryOver(model, autoModel)
      : [`model = ${base === "adapters" ? "AutoAdapterModel" : autoModel}.from_pretrained(${model})`]),
    ...lines(place, family),
  ].join("\n");
}

/** The adapters library reads no file of an encoder-decoder that has a head: transformers does, and hands it over. */
function carryOver(model: string, autoModel: AutoModel): string[] {
  return [
    `plain = ${autoModel}.from_pretrained(${model})`,
    "model = AutoAdapterModel.from_config(plain.config)",
    "model.transformer.load_state_dict(plain.state_dict(), strict=False)",
    'model.add_seq2seq_lm_head("lm")',
    'model.heads["lm"].set_output_embeddings(plain.lm_head)',
  ];
}

/** Families that the adapters library can be told of, by the arguments of its AdapterModelInterface. */
const INTERFACES: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  bloom: {
    // With the norm, which is where the first block's input comes from.
    model_embeddings: "word_embeddings_layernorm",
    model_layers: "h",
    layer_self_attn: "self_attention",
    layer_cross_attn: null,
    attn_qkv_proj: "query_key_value",
    attn_o_proj: "dense",
    layer_intermediate_proj: "mlp.dense_h_to_4h",
    layer_output_proj: "mlp.dense_4h_to_h",
    layer_pre_self_attn: "input_layernorm",
    layer_pre_ffn: "post_attention_layernorm",
  },
  opt: {
    model_embeddings: "decoder.embed_tokens",
    model_layers: "decoder.layers",
    layer_self_attn: "self_attn",
    layer_cross_attn: null,
    attn_k_proj: "k_proj",
    attn_q_proj: "q_proj",
    attn_v_proj: "v_proj",
    attn_o_proj: "out_proj",
    layer_intermediate_proj: "fc1",
    layer_output_proj: "fc2",
    layer_pre_self_attn: "self_attn_layer_norm",
    layer_pre_ffn: "final_layer_norm",
  },
};

function initAdapters(family: string): string[] {
  const told = INTERFACES[family];
  if (!told) return [INIT_ADAPTERS];
  const rows = Object.entries(told).map(
    ([key, value]) => `    ${key}=${value === null ? "None" : pythonString(value)},`,
  );
  return [
    "interface = adapters.AdapterModelInterface(",
    '    adapter_methods=["bottleneck", "invertible"],',
    ...rows,
    ")",
    "adapters.init(model, interface=interface)",
  ];
}
