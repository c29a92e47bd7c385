import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MethodId } from "../../src/shared/methods";
import { en } from "../../src/ui/text/en";
import type { Answers, GivenFile, StudioPage } from "./studio-page";
import { tinyGguf } from "./tiny-gguf";

/** The results of one browser, for comparison with another. */
export interface JobResult {
  /** Losses of every step, by run. */
  readonly losses: Readonly<Record<string, readonly number[]>>;
  readonly trained: Answers;
  readonly imported: Answers;
  /** Tokens per second of the base model's answers, the best of a few. */
  readonly speed: number;
  /** Milliseconds of each part. */
  readonly times: Readonly<Record<string, number>>;
}

const QUESTION = "What do snakes eat?";
const LORA_STEPS = 16;
const METHOD_STEPS = 3;

/**
 * Methods of every group, ordered so that those that build on others come later: the two bottleneck adapters are fused,
 * and X-LoRA mixes the LoRA of the main run with the reloaded one.
 */
export const METHODS: readonly { readonly id: MethodId; readonly experts?: readonly string[] }[] = [
  { id: "lokr" },
  { id: "ia3" },
  { id: "prefix-tuning" },
  { id: "p-tuning" },
  { id: "fishmask" },
  { id: "last-layers" },
  { id: "pfeiffer" },
  { id: "pfeiffer" },
  { id: "fusion", experts: ["Pfeiffer adapters, pirates", "Pfeiffer adapters, pirates 2"] },
  { id: "xlora", experts: ["LoRA, pirates", "brought"] },
];

/** A complete beginner's workflow in the built studio, with few steps. */
export async function doJob(studio: StudioPage): Promise<JobResult> {
  const losses: Record<string, readonly number[]> = {};
  const times: Record<string, number> = {};
  const timed = async <T>(name: string, part: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    try {
      return await part();
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    } finally {
      times[name] = performance.now() - started;
    }
  };

  await timed("import", () => importRows(studio));
  const speed = await timed("answer", () => bestSpeed(studio));
  await timed("lora", () => trainWithPause(studio));
  losses.lora = await studio.losses();
  const trained = await timed("compare", () => studio.ask(QUESTION));
  const imported = await timed("export and load", async () => {
    const zip = await studio.download(() => studio.press("Export adapter"));
    await studio.give("Adapter files", [{ name: "brought.zip", bytes: zip }]);
    await studio.offers("Right side", "brought");
    await studio.press("New conversation");
    return studio.ask(QUESTION);
  });

  await studio.type("Max steps", String(METHOD_STEPS));
  for (const { id, experts = [] } of METHODS) {
    losses[id] = await timed(id, async () => {
      await studio.tick(en.methods[id].title, "Method");
      for (const expert of experts) await studio.tick(expert, "adapters");
      await studio.train();
      return studio.losses();
    });
  }

  losses.gguf = await timed("gguf", async () => {
    await studio.tick(en.methods.lora.title, "Method");
    await studio.give("Model files", [{ name: "bytewise.gguf", bytes: tinyGguf() }]);
    await studio.reads("bytewise");
    // One token per byte.
    await studio.type("Max length", "128");
    await studio.ready();
    await studio.train();
    return studio.losses();
  });
  return { losses, trained, imported, speed, times };
}

/** Pirate rows, and one that is invalid. */
function pirates(): GivenFile {
  const rows = JSON.parse(readFileSync(join("public/datasets", "pirate.json"), "utf8")) as unknown[];
  const text = JSON.stringify([...rows.slice(0, 40), { instruction: "no answer" }]);
  return { name: "pirates.json", bytes: new TextEncoder().encode(text) };
}

async function importRows(studio: StudioPage): Promise<void> {
  await studio.give("Dataset file", [pirates()]);
  await studio.reads("1 row was left out");
  await studio.ready();
}

/** Answer speed, measured on long answers: sampled from all words, and without a second answer before them. */
async function bestSpeed(studio: StudioPage): Promise<number> {
  await studio.type("Temperature", "3");
  await studio.type("Max new tokens", "32");
  const speeds: number[] = [];
  for (let i = 0; i < 4; i++) {
    speeds.push(await studio.speed(QUESTION));
    await studio.press("New conversation");
  }
  await studio.type("Temperature", "0");
  await studio.type("Max new tokens", "64");
  return Math.max(...speeds);
}

/** A run that is paused, interrupted by a reload, and resumed. */
async function trainWithPause(studio: StudioPage): Promise<void> {
  // The preset for few steps: its learning rate is the one recommended for them.
  await studio.press("Quick look");
  const fields = {
    "Max minutes": 0,
    "Max steps": LORA_STEPS,
    "Batch size": 4,
    "Max length": 64,
    "Warmup steps": 0,
    "Validation split": 0,
  };
  for (const [label, value] of Object.entries(fields)) await studio.type(label, String(value));
  await studio.ready();
  await studio.press("Train");
  await studio.status("Step ");
  await studio.press("Pause");
  await studio.status("Paused.");
  await studio.reload();
  await studio.press("Resume");
  await studio.status("Done.");
}
