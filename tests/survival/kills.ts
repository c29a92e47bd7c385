import type { Action } from "./actions";
import type { Disk } from "./disk";
import type { Inventory } from "./inventory";
import { pause, type Studio } from "./studio";

/** Maximum number of steps that a run may lose. */
const MOST_LOST_MS = 30_000;

/** Measurements of an action. */
export interface Figures {
  readonly action: string;
  kills: number;
  /** Kills that interrupted the action; the others came before its start or after its end. */
  midway: number;
  /** Longest loss of a kill, in milliseconds of training. */
  mostLostMs: number;
}

/** Result of an undisturbed action. */
export interface Reference {
  readonly ms: number;
  readonly leaves: Inventory;
  readonly outcome: string;
}

/** Collects findings. */
export class Findings {
  readonly all: string[] = [];

  expect(holds: boolean, what: string): void {
    if (holds) return;
    this.all.push(what);
    process.stdout.write(`FOUND: ${what}\n`);
  }
}

/** Runs an action undisturbed, and undoes it. */
export async function referenceOf(action: Action, studio: Studio, findings: Findings): Promise<Reference> {
  await action.before?.(studio);
  const before = await studio.inventory();
  const begun = performance.now();
  await action.act(studio);
  const ms = performance.now() - begun;
  await studio.rest();
  const outcome = (await action.outcome?.(studio)) ?? "";
  const after = await studio.inventory();
  const leaves = Object.fromEntries(action.leaves.map((key) => [key, after[key] ?? "missing"]));
  compare(findings, `${action.name}, undisturbed`, withChanges(before, action, leaves), after);
  await action.undo?.(studio);
  compare(findings, `${action.name}, taken back`, withChanges(before, action, {}), await studio.inventory());
  return { ms, leaves, outcome };
}

function withChanges(before: Inventory, { takes = [] }: Action, leaves: Inventory): Inventory {
  return Object.fromEntries(Object.entries({ ...before, ...leaves }).filter(([key]) => !takes.includes(key)));
}

/** The record of a run that was cut off before it was first kept; the list of runs shows it. */
const isCutOff = (key: string): boolean => key.startsWith("cut off ");

export function compare(findings: Findings, when: string, wanted: Inventory, found: Inventory): void {
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    if (isCutOff(key)) continue;
    const [was, is] = [wanted[key] ?? "nothing", found[key] ?? "nothing"];
    findings.expect(was === is, `${when}: ${key} should be ${was}, is ${is}`);
  }
}

/**
 * Kills the browser during an action, sometimes again while it is continued, and completes it.
 * @returns the number of kills
 */
export async function disturb(
  action: Action,
  { studio, findings, random, figures }: Disturbance,
  reference: Reference,
  mostKills: number,
): Promise<number> {
  await action.before?.(studio);
  const before = await studio.inventory();
  studio.steps.clear();
  let kills = 0;
  let work = action.act;
  do {
    const begun = performance.now();
    const working = work(studio);
    working.catch(() => undefined);
    if (action.after && kills === 0) await action.after(studio);
    // Also slightly after the end, which is as good a moment as any.
    await pause(random() * (action.after ? 1500 : 1.1 * reference.ms));
    const killedAt = performance.now();
    await studio.kill();
    await working.catch(() => undefined);
    kills++;
    figures.kills++;
    await studio.open();
    await studio.rest();
    const when = `${action.name}, killed after ${Math.round(killedAt - begun)} ms`;
    const now = await studio.inventory();
    checkKilled(findings, when, { action, before, now, reference });
    figures.midway += Object.keys(now).some((key) => isMidway(action, key)) ? 1 : 0;
    const lostMs = lostSteps(studio, now, killedAt);
    figures.mostLostMs = Math.max(figures.mostLostMs, lostMs);
    findings.expect(lostMs <= MOST_LOST_MS, `${when}: ${Math.round(lostMs)} ms of steps are lost`);
    work = action.goOn;
  } while (kills < mostKills && random() < 0.25);
  await action.goOn(studio);
  await studio.rest();
  const outcome = (await action.outcome?.(studio)) ?? "";
  findings.expect(
    outcome === reference.outcome,
    `${action.name}: came to ${outcome}, not ${reference.outcome}`,
  );
  compare(findings, action.name, withChanges(before, action, reference.leaves), await studio.inventory());
  await action.undo?.(studio);
  compare(findings, `${action.name}, taken back`, withChanges(before, action, {}), await studio.inventory());
  return kills;
}

/** Kills the GPU process during a run, which continues automatically to the same result. */
export async function loseGpu(
  action: Action,
  { studio, findings, random, figures }: Disturbance,
  reference: Reference,
): Promise<void> {
  await studio.page.reload();
  await studio.rest();
  const before = await studio.inventory();
  const working = action.act(studio);
  working.catch(() => undefined);
  await pause(random() * reference.ms);
  await studio.browser.killGpu();
  figures.kills++;
  await working;
  await studio.rest();
  const outcome = (await action.outcome?.(studio)) ?? "";
  findings.expect(outcome === reference.outcome, `GPU lost: came to ${outcome}, not ${reference.outcome}`);
  compare(findings, "GPU lost", { ...before, ...reference.leaves }, await studio.inventory());
  await action.undo?.(studio);
}

/** How long the studio may take to report that there is no room for an action. */
const FULL_MS = 60_000;

/**
 * Fills the disk during an action, kills the browser while it is full, opens the studio on the full disk, and continues
 * the action when there is room again.
 */
export async function fillUp(
  action: Action,
  { studio, findings, random, figures }: Disturbance,
  reference: Reference,
  disk: Disk,
): Promise<void> {
  const before = await studio.inventory();
  const when = `${action.name} on a full disk`;
  const working = action.act(studio);
  working.catch(() => undefined);
  await pause(random() * reference.ms);
  await disk.fill(studio);
  figures.kills++;
  const told = studio.page
    .getByText(/not enough storage|is not saved/)
    .first()
    .waitFor({ timeout: FULL_MS });
  await Promise.race([working, told, pause(FULL_MS)]).catch(() => undefined);
  await studio.kill();
  await working.catch(() => undefined);
  try {
    await studio.open();
    await studio.button("Train").waitFor({ timeout: FULL_MS });
    await studio.kill();
  } catch {
    process.stderr.write(`${when}: the browser does not start on it\n`);
    await studio.kill().catch(() => undefined);
  }
  await disk.free(studio);
  await studio.open();
  await studio.rest();
  checkKilled(findings, when, { action, before, now: await studio.inventory(), reference });
  await action.goOn(studio);
  await studio.rest();
  compare(findings, when, withChanges(before, action, reference.leaves), await studio.inventory());
  await action.undo?.(studio);
  compare(findings, `${when}, taken back`, withChanges(before, action, {}), await studio.inventory());
}

export interface Disturbance {
  readonly studio: Studio;
  readonly findings: Findings;
  readonly figures: Figures;
  random(): number;
}

const isMidway = ({ passing }: Action, key: string): boolean => passing?.test(key) === true;

interface Killed {
  readonly action: Action;
  readonly before: Inventory;
  readonly now: Inventory;
  readonly reference: Reference;
}

/** After a kill everything from before must be there; new items are complete, or known to be unfinished. */
function checkKilled(findings: Findings, when: string, { action, before, now, reference }: Killed): void {
  for (const [key, was] of Object.entries(before)) {
    const is = now[key] ?? "nothing";
    const mayBeGone = action.takes?.includes(key) === true && is === "nothing";
    findings.expect(is === was || mayBeGone, `${when}: ${key} was ${was}, is ${is}`);
  }
  const hasCutOff = Object.keys(now).some((key) => key.startsWith("run ") || isCutOff(key));
  for (const [key, is] of Object.entries(now)) {
    if (key in before || isMidway(action, key) || isCutOff(key)) continue;
    const wanted = reference.leaves[key];
    // An interrupted run has an adapter and a record up to its last checkpoint.
    const isPartial = wanted !== undefined && hasCutOff && /^(adapter|record) /.test(key);
    findings.expect(is === wanted || isPartial, `${when}: ${key} is ${is}, should be ${wanted ?? "nothing"}`);
  }
}

/** Milliseconds of training that have to be repeated. */
function lostSteps(studio: Studio, now: Inventory, killedAt: number): number {
  const seen = [...studio.steps].filter(([, { at }]) => at <= killedAt);
  const [first] = seen;
  const [, kept] = Object.entries(now).find(([key]) => key.startsWith("run ")) ?? [];
  const isDone =
    seen.length > 0 && Object.keys(now).some((key) => key.startsWith("adapter ") && key.endsWith(" 2"));
  if (!first || (kept === undefined && isDone)) return 0;
  const from = kept === undefined ? first[1] : (studio.steps.get(Number(kept)) ?? first[1]);
  return killedAt - from.at;
}
