import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeRng } from "../../src/lib/rng";
import { servePage } from "../e2e/serve-studio";
import { FakeHub } from "../support/fake-hub";
import {
  type Action,
  actions,
  downloading,
  importing,
  prepare,
  REPOSITORY,
  saving,
  training,
} from "./actions";
import { makeDisk } from "./disk";
import { disturb, type Figures, fillUp, Findings, loseGpu, type Reference, referenceOf } from "./kills";
import { Studio } from "./studio";

/** Actions of the short form, with one kill each. */
const SHORT = 2;

/** Duration of a run; its first checkpoint is saved after 8 seconds. */
const RUN_MS = { short: 11_000, whole: 15_000 };

/** Its own build folder, since other tests may build at the same time. */
const BUILD = `survival-${process.pid}`;

/** Kills of the GPU process only. */
const GPU_KILLS = 3;

/**
 * Kills the browser at random moments of user actions and prints what was lost, which should be nothing: `npm run
 * test:survival -- [--kills 60] [--seed 1] [--short] [--only "training|merging"] [--minutes 30]`
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string" },
      seed: { type: "string", default: "1" },
      short: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      minutes: { type: "string", default: "180" },
    },
  });
  const only = new RegExp(values.only);
  const chosen = (values.short ? actions.slice(0, SHORT) : actions).filter(({ name }) => only.test(name));
  const kills = Number(values.kills ?? (values.short ? SHORT : 60));
  const begun = performance.now();
  const findings = new Findings();
  const page = await servePage(BUILD);
  const files = await modelFiles();
  const hub = await FakeHub.start({ [REPOSITORY]: { files } });
  Object.assign(hub.trouble, { pauseMs: 30 });
  try {
    const seed = Number(values.seed);
    const gpuKills = values.short ? 0 : GPU_KILLS;
    const endAt = begun + Number(values.minutes) * 60_000;
    const runMs = values.short ? RUN_MS.short : RUN_MS.whole;
    const plan = { kills, endAt, runMs, gpuKills, seed, address: page.address, hub, findings };
    const killed = kills > 0 ? await killAll(chosen, plan) : [];
    const full = values.short ? [] : await fillAll(chosen, plan);
    printFigures([...killed, ...full].filter((each) => each.kills > 0));
  } finally {
    await hub.stop();
    await page.close();
    await rm(join("node_modules/.cache/luthier", BUILD), { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(`${seconds} s, ${findings.all.length} findings\n`);
  return findings.all.length === 0 ? 0 : 1;
}

async function modelFiles(): Promise<Record<string, Uint8Array>> {
  const folder = "public/models/spruce";
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

interface Plan {
  readonly kills: number;
  /** When to stop killing, by performance.now(). */
  readonly endAt: number;
  /** Maximum number of kills of the GPU process only. */
  readonly gpuKills: number;
  /** Duration of a run in milliseconds. */
  readonly runMs: number;
  readonly seed: number;
  readonly address: string;
  readonly hub: FakeHub;
  readonly findings: Findings;
}

const noFigures = (action: string): Figures => ({ action, kills: 0, midway: 0, mostLostMs: 0 });

/** Opens the studio with a new profile for `use`; errors are recorded as findings. */
async function withStudio(plan: Plan, use: (studio: Studio, folder: string) => Promise<void>): Promise<void> {
  const { findings } = plan;
  const folder = await mkdtemp(join(tmpdir(), "luthier-survival-"));
  const studio = new Studio(plan.address, join(folder, "profile"));
  try {
    await use(studio, folder);
    findings.expect(studio.errors.length === 0, `errors on the page: ${studio.errors.join("; ")}`);
  } catch (error) {
    findings.expect(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await studio.kill().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

async function killAll(chosen: readonly Action[], plan: Plan): Promise<Figures[]> {
  const figures = chosen.map(({ name }) => noFigures(name));
  const gpu = noFigures("training: the GPU's process");
  const rng = makeRng(plan.seed);
  const random = (): number => rng.uniform();
  const references = new Map<string, Reference>();
  await withStudio(plan, async (studio) => {
    await studio.open();
    await prepare(studio, plan.hub.endpoint, plan.runMs);
    progress("prepared");
    let done = 0;
    for (let turn = 0; done < plan.kills && performance.now() < plan.endAt; turn++) {
      const index = turn % chosen.length;
      const [action, own] = [chosen[index], figures[index]];
      if (!action || !own) throw new Error("no action");
      const disturbance = { studio, findings: plan.findings, figures: own, random };
      const name = action.like ?? action.name;
      const reference =
        references.get(name) ??
        (await referenceOf(actions.find((each) => each.name === name) ?? action, studio, plan.findings));
      references.set(name, reference);
      done += await disturb(action, disturbance, reference, plan.kills - done);
      progress(`${done} kills: ${action.name}`);
      if (action !== training || gpu.kills >= plan.gpuKills) continue;
      await loseGpu(action, { ...disturbance, figures: gpu }, reference);
      progress("the GPU's process killed");
    }
  });
  return [...figures, gpu];
}

/** Actions on a disk that fills up; each on its own disk, because Chromium may miscount its usage afterwards. */
const filled: readonly Action[] = [importing, downloading, training, saving];

async function fillAll(chosen: readonly Action[], plan: Plan): Promise<Figures[]> {
  const figures: Figures[] = [];
  const rng = makeRng(plan.seed, 1);
  const random = (): number => rng.uniform();
  for (const action of filled.filter((each) => chosen.includes(each))) {
    await withStudio(plan, async (studio, folder) => {
      const disk = makeDisk(folder);
      try {
        const own = noFigures(`${action.name}: the disk fills (${disk.kind})`);
        figures.push(own);
        await studio.open();
        await prepare(studio, plan.hub.endpoint, plan.runMs);
        const reference = await referenceOf(action, studio, plan.findings);
        await fillUp(action, { studio, findings: plan.findings, figures: own, random }, reference, disk);
        progress(own.action);
      } finally {
        await studio.kill().catch(() => undefined);
        disk.remove();
      }
    });
  }
  return figures;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function printFigures(figures: readonly Figures[]): void {
  const lines = figures.map(
    ({ action, kills, midway, mostLostMs }) =>
      `| ${action} | ${kills} | ${midway} | ${mostLostMs === 0 ? "" : `${(mostLostMs / 1000).toFixed(1)} s`} |`,
  );
  const kills = figures.reduce((sum, each) => sum + each.kills, 0);
  process.stdout.write(
    `${["| while | times | midway | steps lost, at most |", "| --- | --- | --- | --- |", ...lines].join("\n")}\n\n${kills} times in all\n`,
  );
}
