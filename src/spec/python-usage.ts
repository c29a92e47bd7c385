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

interface Loading {
  readonly imports: readonly string[];
  /** The class of the base model. */
  readonly model: string;
  readonly lines: readonly string[];
}

/** Stand for the class of transformers that loads the base model, and for where the folder lies. */
const AUTO_MODEL = "{AutoModel}";
const FOLDER = "{folder}";
const PLAIN = { model: AUTO_MODEL } as const;
const FROM_TRANSFORMERS = `from transformers import ${AUTO_MODEL}, AutoTokenizer`;

const INIT_ADAPTERS = "adapters.init(model)";

/** The class of the adapters library that has heads of its own. */
const ADAPTER_MODEL = "AutoAdapterModel";
const TOKENIZER_ALONE = "from transformers import AutoTokenizer";

const STACK = [
  'language = model.load_adapter("{folder}/language", use_safetensors=True)',
  'task = model.load_adapter("{folder}", use_safetensors=True)',
  "model.set_active_adapters(Stack(language, task))",
];

const loading: Readonly<Record<FolderFormat, Loading>> = {
  peft: {
    ...PLAIN,
    imports: ["from peft import PeftModel", FROM_TRANSFORMERS],
    lines: ['model = PeftModel.from_pretrained(model, "{folder}")'],
  },
  adapters: {
    ...PLAIN,
    imports: ["import adapters", FROM_TRANSFORMERS],
    lines: [INIT_ADAPTERS, 'model.load_adapter("{folder}", use_safetensors=True, set_active=True)'],
  },
  "adapters-heads": {
    // A head of transformers' own would leave out the inverse of what stands after the embeddings.
    model: ADAPTER_MODEL,
    imports: [`from adapters import ${ADAPTER_MODEL}`, TOKENIZER_ALONE],
    lines: ['model.load_adapter("{folder}", use_safetensors=True, set_active=True)'],
  },
  "peft-experts": {
    ...PLAIN,
    imports: ["import os", "from peft import PeftModel, XLoraConfig", FROM_TRANSFORMERS],
    lines: [
      "model.config.use_cache = False",
      'folder = "{folder}"',
      "config = XLoraConfig.from_pretrained(folder)",
      "config.adapters = {name: os.path.join(folder, name) for name in config.adapters}",
      "model = PeftModel.from_pretrained(model, folder, config=config)",
    ],
  },
  "adapters-fusion": {
    ...PLAIN,
    imports: ["import json, os", "import adapters", FROM_TRANSFORMERS],
    lines: [
      INIT_ADAPTERS,
      'folder = "{folder}"',
      'for name in json.load(open(os.path.join(folder, "adapter_fusion_config.json")))["adapter_names"]:',
      "    model.load_adapter(os.path.join(folder, name), use_safetensors=True)",
      "model.load_adapter_fusion(folder, use_safetensors=True, set_active=True)",
    ],
  },
  "adapters-stack": {
    model: ADAPTER_MODEL,
    imports: [
      `from adapters import ${ADAPTER_MODEL}`,
      "from adapters.composition import Stack",
      TOKENIZER_ALONE,
    ],
    lines: STACK,
  },
  "adapters-stack-plain": {
    ...PLAIN,
    imports: ["import adapters", "from adapters.composition import Stack", FROM_TRANSFORMERS],
    lines: [INIT_ADAPTERS, ...STACK],
  },
  weights: {
    ...PLAIN,
    imports: ["from safetensors.torch import load_file", FROM_TRANSFORMERS],
    lines: [
      'trained = load_file("{folder}/adapter_model.safetensors")',
      "model.load_state_dict(trained, strict=False)",
    ],
  },
  "luthier-sparse": {
    ...PLAIN,
    imports: ["from safetensors.torch import load_file", FROM_TRANSFORMERS],
    lines: [
      'changes = load_file("{folder}/adapter_model.safetensors")',
      'for name in (key.removesuffix(".values") for key in changes if key.endswith(".values")):',
      '    rows, columns = changes[f"{name}.indices"].long()',
      '    model.get_parameter(name).data[rows, columns] += changes[f"{name}.values"]',
    ],
  },
  luthier: {
    ...PLAIN,
    imports: [FROM_TRANSFORMERS],
    lines: [
      "# That is the base model: only Luthier reads this folder. Load it there and export the merged model,",
      "# which from_pretrained takes like any other.",
    ],
  },
};

/** The lines of Python that use an adapter folder, which lies at `folder`. */
export function pythonUsage(
  { name, autoModel, family }: BaseModel,
  format: FolderFormat,
  folder = "path/to/this/folder",
): string {
  const { imports, model, lines } = loading[format];
  const isCarried = model === ADAPTER_MODEL && autoModel === "AutoModelForSeq2SeqLM";
  return [
    ...imports.map((line) => (isCarried && line === TOKENIZER_ALONE ? FROM_TRANSFORMERS : line)),
    `tokenizer = AutoTokenizer.from_pretrained("${name}")`,
    ...(isCarried ? carryOver(name) : [`model = ${model}.from_pretrained("${name}")`]),
    ...lines.flatMap((line) => (line === INIT_ADAPTERS ? initAdapters(family) : [line])),
  ]
    .join("\n")
    .replaceAll(AUTO_MODEL, autoModel)
    .replaceAll(FOLDER, folder);
}

/** The adapters library reads no file of an encoder-decoder that has a head: transformers does, and hands it over. */
function carryOver(baseModel: string): string[] {
  return [
    `plain = ${AUTO_MODEL}.from_pretrained("${baseModel}")`,
    `model = ${ADAPTER_MODEL}.from_config(plain.config)`,
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
    ([key, value]) => `    ${key}=${value === null ? "None" : `"${value}"`},`,
  );
  return [
    "interface = adapters.AdapterModelInterface(",
    '    adapter_methods=["bottleneck", "invertible"],',
    ...rows,
    ")",
    "adapters.init(model, interface=interface)",
  ];
}
