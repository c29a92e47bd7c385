import { cancelled, LuthierError } from "../../../src/lib/errors";
import { defined } from "../../../src/lib/invariant";
import type { Download, MergedModel } from "../../../src/protocol/commands";
import type { AdapterSummary } from "../../../src/shared/adapter";
import type { MethodChoice } from "../../../src/shared/methods";
import type { JobContext, JobOwner } from "../../../src/worker/jobs/owner";
import type { Handlers } from "../../../src/worker/serve";
import { pause } from "./pace";

type Names =
  "listAdapters" | "renameAdapter" | "deleteAdapter" | "exportAdapter" | "mergeAdapter" | "importAdapter";

/** End-of-central-directory record: by itself an empty zip. */
const OPTIMIZER_BYTES = 900;
const EMPTY_ZIP = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array.from({ length: 18 }, () => 0)]);

/** Adapters of the fake client's model, newest first. */
export class FakeLibrary {
  private adapters: AdapterSummary[] = [];

  /** @param paceMs milliseconds per quarter of a merge */
  constructor(
    private readonly owner: JobOwner,
    private readonly paceMs: () => number,
  ) {}

  get all(): readonly AdapterSummary[] {
    return this.adapters;
  }

  get size(): number {
    return this.adapters.length;
  }

  find(id: string | null): AdapterSummary | null {
    return this.adapters.find((adapter) => adapter.id === id) ?? null;
  }

  clear(): void {
    this.adapters = [];
  }

  add(
    name: string,
    method: MethodChoice,
    origin: AdapterSummary["origin"],
    steps: number,
    loss: number | null,
  ): AdapterSummary {
    const validationLoss = loss === null ? null : loss + 0.06;
    const adapter: AdapterSummary = {
      ...{ id: crypto.randomUUID(), name, savedAt: Date.now() },
      ...{ method, origin, steps, finalLoss: loss, validationLoss },
      ...{
        trainableParameters: 24_576,
        sizeBytes: 99_000,
        format: method.id === "full" ? "weights" : method.id === "houlsby" ? "adapters" : "peft",
        merges: method.id === "lora",
        optimizerBytes: steps > 0 ? OPTIMIZER_BYTES : 0,
      },
    };
    this.adapters = [adapter, ...this.adapters];
    return adapter;
  }

  readonly handlers: Pick<Handlers, Names> = {
    listAdapters: () => this.adapters,
    renameAdapter: ({ id, name }, call) =>
      this.owner.run({ kind: "edit-library", run: async () => this.rename(id, name) }, call),
    deleteAdapter: ({ id }, call) =>
      this.owner.run({ kind: "edit-library", run: async () => this.delete(id) }, call),
    exportAdapter: ({ id, withOptimizer }, call) =>
      this.owner.run({ kind: "export", run: async () => this.zip(id, withOptimizer) }, call),
    mergeAdapter: (_args, call) =>
      this.owner.run({ kind: "merge", run: (context) => this.merge(context) }, call),
    importAdapter: ({ files }, call) =>
      this.owner.run({ kind: "import-adapter", run: async () => this.import(files) }, call),
  };

  private rename(id: string, name: string): void {
    this.adapters = this.adapters.map((adapter) => (adapter.id === id ? { ...adapter, name } : adapter));
  }

  private delete(id: string): void {
    this.adapters = this.adapters.filter((adapter) => adapter.id !== id);
  }

  private zip(id: string, withOptimizer: boolean): Download {
    const { name } = defined(this.find(id), "the adapter");
    const optimizer = withOptimizer ? new Uint8Array(OPTIMIZER_BYTES) : [];
    return {
      name: `${name.replace(/\W+/g, "-")}.zip`,
      mediaType: "application/zip",
      bytes: new Uint8Array([...EMPTY_ZIP, ...optimizer]),
    };
  }

  private async merge({ signal, report }: JobContext): Promise<MergedModel> {
    const total = 6_800_000;
    for (const part of [0.25, 0.5, 1]) {
      if (signal.aborted) throw cancelled();
      report({ done: total * part, total, unit: "bytes", what: "model.safetensors" });
      await pause(this.paceMs());
    }
    return { name: "merged.zip", sizeBytes: total, archive: new Blob([EMPTY_ZIP]) };
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
