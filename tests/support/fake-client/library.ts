import { cancelled, LuthierError } from "../../../src/lib/errors";
import { defined } from "../../../src/lib/invariant";
import type { EventHub } from "../../../src/client/client";
import type { UnsavedAdapter } from "../../../src/protocol/events";
import type { Problem } from "../../../src/lib/problems/problem";
import type { AdapterSummary } from "../../../src/shared/adapter";
import {
  type ExportId,
  type ExportNote,
  type ExportOffer,
  type ExportType,
  exportPurposes,
  type MadeExport,
} from "../../../src/shared/exports";
import type { MethodChoice } from "../../../src/shared/methods";
import type { ModelSummary } from "../../../src/shared/model";
import { pythonUsage } from "../../../src/shared/python-usage";
import type { JobContext, JobOwner } from "../../../src/worker/jobs/owner";
import { DEFAULT_HUB_ENDPOINT } from "../../../src/shared/hub";
import type { Handlers } from "../../../src/worker/serve";
import { pause } from "./pace";

type Names =
  | "listAdapters"
  | "renameAdapter"
  | "deleteAdapter"
  | "saveAdapter"
  | "listExports"
  | "makeExport"
  | "exportPlan"
  | "pushToHub"
  | "tryOnnx"
  | "importAdapter";

/** End-of-central-directory record: by itself an empty zip. */
const OPTIMIZER_BYTES = 900;
const EMPTY_ZIP = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array.from({ length: 18 }, () => 0)]);

/** Adapters of the fake client's model, newest first. */
export class FakeLibrary {
  private adapters: AdapterSummary[] = [];
  private unsaved: readonly UnsavedAdapter[] = [];
  private lent: AdapterSummary | null = null;

  /**
   * @param paceMs milliseconds of a quarter of a merge
   * @param quantised how the model in use is quantised
   */
  constructor(
    private readonly events: EventHub,
    private readonly isFull: () => boolean,
    private readonly owner: JobOwner,
    private readonly paceMs: () => number,
    private readonly quantised: () => ModelSummary["quantised"],
  ) {}

  get all(): readonly AdapterSummary[] {
    return this.adapters;
  }

  get size(): number {
    return this.adapters.length;
  }

  find(id: string | null): AdapterSummary | null {
    return [this.lent, ...this.adapters].find((adapter) => adapter?.id === id) ?? null;
  }

  clear(): void {
    this.adapters = [];
  }

  /** A summary of an adapter. */
  describe(name: string, method: MethodChoice, steps: number, loss: number | null): AdapterSummary {
    const validationLoss = loss === null ? null : loss + 0.06;
    return {
      ...{ id: crypto.randomUUID(), name, savedAt: Date.now() },
      ...{ method, origin: "trained", steps, finalLoss: loss, validationLoss },
      ...{
        trainableParameters: 24_576,
        sizeBytes: 99_000,
        format: method.id === "full" ? "weights" : method.id === "houlsby" ? "adapters" : "peft",
        merges: method.id === "lora",
        optimizerBytes: steps > 0 ? OPTIMIZER_BYTES : 0,
      },
    };
  }

  /** Lets the adapter of a paused run be asked, or no longer. */
  lend(adapter: AdapterSummary | null): void {
    this.lent = adapter;
    this.events.emit("lent", adapter);
  }

  add(
    name: string,
    method: MethodChoice,
    origin: AdapterSummary["origin"],
    steps: number,
    loss: number | null,
  ): AdapterSummary {
    const adapter: AdapterSummary = { ...this.describe(name, method, steps, loss), origin };
    this.adapters = [adapter, ...this.adapters];
    if (this.isFull()) {
      const problem = { code: "storage/full", task: "adapter-keep" } as const;
      this.unsaved = [...this.unsaved, { id: adapter.id, name, modelId: "tiny", problem }];
      this.events.emit("unsaved", this.unsaved);
    }
    return adapter;
  }

  readonly handlers: Pick<Handlers, Names> = {
    listAdapters: () => this.adapters,
    renameAdapter: ({ id, name }, call) =>
      this.owner.run({ kind: "edit-library", run: async () => this.rename(id, name) }, call),
    deleteAdapter: ({ id }, call) =>
      this.owner.run({ kind: "edit-library", run: async () => this.delete(id) }, call),
    saveAdapter: ({ id }, call) =>
      this.owner.run({ kind: "edit-library", run: async () => this.save(id) }, call),
    listExports: ({ id }) => this.offers(defined(this.find(id), "the adapter")),
    makeExport: ({ id, exportId, withOptimizer }, call) =>
      this.owner.run(
        {
          kind: "export",
          subject: exportId,
          run: (context) =>
            exportId === "adapter" ? this.zip(id, withOptimizer) : this.merge(exportId, context),
        },
        call,
      ),
    tryOnnx: (_, call) =>
      this.owner.run(
        {
          kind: "try-onnx",
          run: async () => ({ answer: "A lantern.", tokens: 4, agreeing: 4, largestDifference: 2e-6 }),
        },
        call,
      ),
    exportPlan: ({ exportId }, call) =>
      this.owner.run(
        { kind: "export", subject: exportId, run: (context) => this.merge(exportId, context) },
        call,
      ),
    pushToHub: ({ repository, endpoint, token }, call) =>
      this.owner.run(
        {
          kind: "push",
          run: async (context) => {
            if (token === "") {
              const problem = { code: "config/no-token", hub: "huggingface.co" } as const;
              throw new LuthierError(problem, { field: "hubToken" });
            }
            const { sizeBytes } = await this.merge("merged", context);
            return { url: `${endpoint || DEFAULT_HUB_ENDPOINT}/${repository}`, created: true, sizeBytes };
          },
        },
        call,
      ),
    importAdapter: ({ files }, call) =>
      this.owner.run({ kind: "import-adapter", run: async () => this.import(files) }, call),
  };

  private save(id: string): void {
    if (this.isFull()) throw new LuthierError({ code: "storage/full", task: "adapter-keep" });
    this.unsaved = this.unsaved.filter((adapter) => adapter.id !== id);
    this.events.emit("unsaved", this.unsaved);
  }

  private rename(id: string, name: string): void {
    this.adapters = this.adapters.map((adapter) => (adapter.id === id ? { ...adapter, name } : adapter));
  }

  private delete(id: string): void {
    this.adapters = this.adapters.filter((adapter) => adapter.id !== id);
  }

  private offers({ method, format, merges, sizeBytes }: AdapterSummary): ExportOffer[] {
    const cannot: Problem | null = merges ? null : { code: "export/does-not-merge", method: method.id };
    const note: ExportNote[] = this.quantised() === "loaded" ? [{ code: "widened", how: "loaded" }] : [];
    const offer = (
      id: ExportId,
      problem: Problem | null,
      variants: [ExportType | null, number][],
      code: string,
    ): ExportOffer => ({
      id,
      problem,
      kind: id === "gguf" || id === "gguf-lora" ? "file" : "folder",
      readers: ["a program"],
      variants: problem
        ? []
        : variants.map(([type, bytes]) => ({ type, sizeBytes: bytes, notes: id === "merged" ? note : [] })),
      gaps: exportPurposes.server.some((known) => known === id) ? ["batch-order", "start-values"] : [],
      usage: { language: id === "adapter" || id === "merged" ? "python" : "shell", code },
    });
    const python = pythonUsage(
      { name: "spruce", autoModel: "AutoModelForCausalLM", family: "llama" },
      format ?? "peft",
    );
    const gguf: [ExportType, number][] = [
      ["Q8_0", 2_400_000],
      ["F16", 4_500_000],
    ];
    return [
      offer("adapter", null, [[null, sizeBytes]], python),
      offer("merged", cannot, [["base", 6_800_000]], "model"),
      offer("gguf-lora", cannot, [["F32", sizeBytes]], "llama-cli"),
      offer("gguf", cannot, gguf, "llama-server"),
      offer("ollama", cannot, gguf, "ollama run"),
      offer("mlx", cannot, [[null, sizeBytes]], "mlx_lm.generate"),
      ...exportPurposes.server.map((id) => offer(id, null, [[null, 2 * sizeBytes]], "accelerate launch")),
    ];
  }

  private async zip(id: string, withOptimizer: boolean): Promise<MadeExport> {
    const { name } = defined(this.find(id), "the adapter");
    const bytes = new Uint8Array([...EMPTY_ZIP, ...new Uint8Array(withOptimizer ? OPTIMIZER_BYTES : 0)]);
    const archive = new Blob([bytes], { type: "application/zip" });
    return { name: `${name.replace(/\W+/g, "-")}.zip`, sizeBytes: bytes.length, archive };
  }

  private async merge(id: ExportId, { signal, report }: JobContext): Promise<MadeExport> {
    const total = 6_800_000;
    for (const part of [0.25, 0.5, 1]) {
      if (signal.aborted) throw cancelled();
      report({ done: total * part, total, what: "model.safetensors" });
      await pause(this.paceMs());
    }
    return { name: `${id}.zip`, sizeBytes: total, archive: new Blob([EMPTY_ZIP]) };
  }

  private import(files: readonly File[]): AdapterSummary {
    const [file] = files;
    if (!file || !/\.(zip|safetensors|json)$/.test(file.name)) {
      const missing = { config: "adapter_config.json", weights: "adapter_model.safetensors" };
      throw new LuthierError({ code: "adapter/no-config", ...missing });
    }
    const name = file.name.replace(/\.zip$/, "");
    return this.add(name, { id: "lora", options: {} }, "imported", 0, null);
  }
}
