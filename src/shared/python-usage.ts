import { pythonString } from "../lib/python-string";
import type { FolderFormat } from "./folder-format";
import type { AutoModel } from "./model";

/** A base model in Python. */
export interface BaseModel {
  /** Repository or folder. */
  readonly name: string;
  /** transformers class that loads it. */
  readonly autoModel: AutoModel;
  readonly family: string;
}

/** The exported folder, or a path inside it, as a Python expression. */
type Place = (inside?: string) => string;

interface Loading {
  /** The library's imports; those of transformers follow. */
  readonly imports: readonly string[];
  /** Library that creates the base model. */
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
    // With a transformers head, the invertible adapter's inverse would not be applied.
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
 * Python code that loads an adapter from `folder`, or only the base model if no library can. Names can be arbitrary
 * text.
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

/**
 * The adapters library cannot load encoder-decoder checkpoints that include a head, so weights are copied from the
 * transformers model.
 */
function carryOver(model: string, autoModel: AutoModel): string[] {
  return [
    `plain = ${autoModel}.from_pretrained(${model})`,
    "model = AutoAdapterModel.from_config(plain.config)",
    "model.transformer.load_state_dict(plain.state_dict(), strict=False)",
    'model.add_seq2seq_lm_head("lm")',
    'model.heads["lm"].set_output_embeddings(plain.lm_head)',
  ];
}

/** AdapterModelInterface arguments for families without native support in the adapters library. */
const INTERFACES: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  bloom: {
    // The first block's input is the norm's output.
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
