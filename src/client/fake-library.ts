import { LuthierError } from "../lib/errors";
import { defined } from "../lib/invariant";
import type { AdapterSummary, Commands } from "../protocol/commands";
import type { MethodChoice } from "../spec/methods";
import type { EventHub } from "./client";
import { pause } from "./fake-pace";

type Names =
  | "listAdapters"
  | "renameAdapter"
  | "deleteAdapter"
  | "exportAdapter"
  | "mergeAdapter"
  | "cancelMerge"
  | "importAdapter";
type Handlers = {
  [Name in Names]: (...args: Parameters<Commands[Name]>) => Promise<ReturnType<Commands[Name]>>;
};

/** The record that ends a zip, which alone is an empty one. */
const OPTIMIZER_BYTES = 900;
const EMPTY_ZIP = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array.from({ length: 18 }, () => 0)]);

/** The adapters of the fake client's model, the latest first. */
export class FakeLibrary {
  private adapters: AdapterSummary[] = [];

  /** @param paceMs milliseconds of a quarter of a merge */
  constructor(
    private readonly events: EventHub,
    private readonly paceMs: () => number,
  ) {}

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
      id: crypto.randomUUID(),
      name,
      savedAt: Date.now(),
      method,
      origin,
      steps,
      finalLoss: loss,
      validationLoss,
      trainableParameters: 24_576,
      sizeBytes: 99_000,
      format: method.id === "full" ? "weights" : method.id === "houlsby" ? "adapters" : "peft",
      merges: method.id === "lora",
      optimizerBytes: steps > 0 ? OPTIMIZER_BYTES : 0,
    };
    this.adapters = [adapter, ...this.adapters];
    return adapter;
  }

  readonly handlers: Handlers = {
    listAdapters: async () => this.adapters,
    renameAdapter: async ({ id, name }) => {
      this.adapters = this.adapters.map((adapter) => (adapter.id === id ? { ...adapter, name } : adapter));
    },
    deleteAdapter: async ({ id }) => {
      this.adapters = this.adapters.filter((adapter) => adapter.id !== id);
    },
    exportAdapter: async ({ id, withOptimizer }) => ({
      name: `${defined(this.find(id), "the adapter").name.replace(/\W+/g, "-")}.zip`,
      mediaType: "application/zip",
      bytes: withOptimizer
        ? new Uint8Array([...EMPTY_ZIP, ...new Uint8Array(OPTIMIZER_BYTES)])
        : EMPTY_ZIP.slice(),
    }),
    mergeAdapter: async () => {
      const total = 6_800_000;
      for (const part of [0.25, 0.5, 1]) {
        const what = "model.safetensors";
        this.events.emit("mergeProgress", { done: total * part, total, unit: "bytes", what });
        await pause(this.paceMs());
      }
      return { name: "merged.zip", sizeBytes: total, archive: new Blob([EMPTY_ZIP]) };
    },
    cancelMerge: async () => undefined,
    importAdapter: async ({ files }) => {
      const [file] = files;
      if (!file || !/\.(zip|safetensors|json)$/.test(file.name)) {
        throw new LuthierError(
          "adapter",
          `${file?.name ?? "That"} is no adapter.`,
          "Choose a PEFT folder or a zip.",
        );
      }
      const name = file.name.replace(/\.zip$/, "");
      return this.add(name, { id: "lora", options: {} }, "imported", 0, null);
    },
  };
}
