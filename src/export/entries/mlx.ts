import type { HostTensor } from "../../engine/adapters/common/method";
import { transposed } from "../../engine/weights/tensor-source";
import { writeSafetensors } from "../../formats/safetensors";
import { defined } from "../../lib/invariant";
import type { Problem } from "../../lib/problems/problem";
import type { ExportEntry, ExportSource } from "../entry";
import { isLora, loraExtras, type LoraUpdate, loraUpdates } from "../lora-updates";
import { shortestWindow } from "../shortest-window";
import { jsonFile, wholeFile } from "../streamed-file";

/** Families whose modules have the same names in mlx-lm and transformers. */
const FAMILIES: ReadonlySet<string> = new Set([
  "llama",
  "mistral",
  "qwen2",
  "qwen3",
  "gemma3_text",
  "phi3",
  "smollm3",
  "granite",
  "olmo2",
]);

/** A LoRA or DoRA in mlx-lm's format: adapters.safetensors with transposed factors, and adapter_config.json. */
export const mlxEntry: ExportEntry = {
  id: "mlx",
  kind: "folder",
  readers: () => ["mlx-lm"],
  blocker,
  types: () => [null],
  notes(source) {
    const tokens = ignoredWindow(source);
    return [
      { code: "base-needed", format: "mlx" },
      ...(tokens === null ? [] : [{ code: "window-lost", program: "mlx-lm", tokens } as const]),
    ];
  },
  sizeBytes: ({ adapterBytes }) => adapterBytes,
  async files(source) {
    const { adapter, model } = source;
    const updates = loraUpdates(adapter, model.spec);
    const tensors = adapter.exportTensors(await source.values());
    const scale = updates[0]?.scale ?? 1;
    return [
      jsonFile("adapter_config.json", config(source, updates, scale)),
      wholeFile(
        "adapters.safetensors",
        writeSafetensors(mlxTensors(updates, tensors, scale), { format: "mlx" }),
      ),
    ];
  },
  usage({ base, prompt }, name) {
    const ends = prompt.rendering === "chat" && prompt.chatTemplate === null ? "" : " --ignore-chat-template";
    const model = base.repository ?? "path/to/base-model";
    return {
      language: "shell",
      code: `mlx_lm.generate --model ${model} --adapter-path path/to/${name} --temp 0${ends} --prompt "…"`,
    };
  },
};

/** Families that mlx-lm computes by its Llama, which has a window in the layers that `layer_types` names, if it is there. */
const BY_LAYER_TYPES: ReadonlySet<string> = new Set(["llama", "mistral", "smollm3"]);

/** The sliding window, if mlx-lm ignores it; otherwise null. */
function ignoredWindow({ model: { spec }, folder }: ExportSource): number | null {
  const isKept =
    spec.family === "gemma3_text" ||
    (BY_LAYER_TYPES.has(spec.family) && Array.isArray(folder.config.layer_types));
  return isKept ? null : shortestWindow(spec);
}

function blocker(source: ExportSource): Problem | null {
  const { adapter, methodId, model } = source;
  const none: Problem = {
    code: "export/no-mlx-adapter",
    method: methodId,
    merges: adapter.merge !== undefined,
  };
  if (!isLora(adapter)) return none;
  if (!FAMILIES.has(model.spec.family))
    return { code: "export/family-not-in-mlx", family: model.spec.family };
  const { positions } = model.spec;
  if (positions.type === "rope" && positions.tables.some(({ scaling }) => scaling.type === "longrope"))
    return { code: "export/long-rope-in-mlx" };
  const extra = loraExtras(adapter, model.spec).find((found) => found !== "dora");
  if (extra !== undefined) return { code: "export/lora-extra", extra, format: "mlx" };
  const updates = loraUpdates(adapter, model.spec);
  if (updates.some(({ kind, path }) => kind === "table" || !path.includes(".layers.")))
    return { code: "export/lora-extra", extra: "ends", format: "mlx" };
  if (new Set(updates.map(({ rank }) => rank)).size > 1)
    return { code: "export/lora-extra", extra: "several-ranks", format: "mlx" };
  return null;
}

/** mlx-lm's keys are module paths within a layer and apply to all layers, even those without tensors. */
function config(
  { adapter, model, base }: ExportSource,
  updates: readonly LoraUpdate[],
  scale: number,
): unknown {
  const keys = new Set(updates.map(({ path }) => path.replace(/^.*\.layers\.\d+\./, "")));
  return {
    fine_tune_type: adapter.config.use_dora === true ? "dora" : "lora",
    model: base.repository ?? base.title,
    num_layers: model.spec.blocks.length,
    lora_parameters: {
      rank: updates[0]?.rank ?? 0,
      scale,
      dropout: typeof adapter.config.lora_dropout === "number" ? adapter.config.lora_dropout : 0,
      keys: [...keys],
    },
  };
}

type Written = Parameters<typeof writeSafetensors>[0][number];

/** mlx-lm has one global scale; a module's own scale is folded into its second factor. */
function mlxTensors(
  updates: readonly LoraUpdate[],
  tensors: ReadonlyMap<string, HostTensor>,
  scale: number,
): Written[] {
  const turned = (name: string, of: string, factor: number): Written => {
    const { shape, data } = defined(tensors.get(of), of);
    const [rows = 0, columns = 0] = shape;
    const scaled = factor === 1 ? data : data.map((value) => value * factor);
    return {
      name,
      dtype: "F32",
      shape: [columns, rows],
      data: transposed(scaled, rows, columns) as Float32Array,
    };
  };
  return updates.flatMap((update): Written[] => {
    const magnitude = tensors.get(`base_model.model.${update.path}.lora_magnitude_vector`);
    return [
      turned(`${update.path}.lora_a`, update.a.name, 1),
      turned(`${update.path}.lora_b`, update.b.name, update.scale / scale),
      ...(magnitude
        ? [{ name: `${update.path}.m`, dtype: "F32" as const, shape: magnitude.shape, data: magnitude.data }]
        : []),
    ];
  });
}
