import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Inventory } from "./inventory";
import { pause, type Studio, until } from "./studio";

/** A user action during which the browser is killed. */
export interface Action {
  readonly name: string;
  /** What must exist before it. */
  before?(studio: Studio): Promise<void>;
  /** Resolves when the action has reached the phase in which to kill. */
  after?(studio: Studio): Promise<void>;
  /** The name of an action with the same result when undisturbed. */
  readonly like?: string;
  /** Completes the action. */
  act(studio: Studio): Promise<void>;
  /** After a kill: continues as a user would, to the same result. */
  goOn(studio: Studio): Promise<void>;
  /** What it adds to storage, by names of an inventory; digests are those of the undisturbed action. */
  readonly leaves: readonly string[];
  /** What it removes from storage. */
  readonly takes?: readonly string[];
  /** What may exist while it is unfinished. */
  readonly passing?: RegExp;
  /** Further results that must be equal: losses, exported bytes. */
  outcome?(studio: Studio): Promise<string>;
  /** Removes what it added. */
  undo?(studio: Studio): Promise<void>;
}

/** Steps of the initial run, which measures how long one takes. */
const FIRST_STEPS = 8;
const FEWEST_STEPS = 16;
const MODEL = "public/models/spruce";
export const REPOSITORY = "luthier/spruce";
const ADAPTER = "LoRA, Talk like a pirate";

/** Waits until the page lists an item, or no longer lists it. */
const listed = (studio: Studio, name: string, there = true): Promise<void> =>
  until(`${name} ${there ? "on" : "off"} its list`, async () => {
    // A confirmation takes its place in the list.
    const asked = await studio.button("Delete it").count();
    return (await studio.button(`Delete ${name}`).count()) + asked > 0 === there;
  });

async function deleteByName(studio: Studio, name: string): Promise<void> {
  if ((await studio.button(`Delete ${name}`).count()) === 0) return;
  await studio.button(`Delete ${name}`).click();
  await studio.button("Delete it").click();
  await listed(studio, name, false);
  await studio.rest();
}

/** Enough rows to take a while. */
function manyRows(): Buffer {
  const lines = Array.from({ length: 30_000 }, (_, row) =>
    JSON.stringify({
      instruction: `Question ${row}: what do violins eat?`,
      input: "",
      output: `Rosin and horsehair, ${row} times a day.`,
    }),
  );
  return Buffer.from(lines.join("\n"));
}

const rows = manyRows();
const DATASET = "dataset rows.jsonl";

async function dropRows(studio: Studio): Promise<void> {
  await studio.page
    .getByLabel("Dataset file")
    .setInputFiles({ name: "rows.jsonl", mimeType: "application/jsonl", buffer: rows });
  await listed(studio, "rows.jsonl");
}

export const importing: Action = {
  name: "importing a dataset",
  act: dropRows,
  async goOn(studio) {
    if (!(DATASET in (await studio.inventory()))) await dropRows(studio);
  },
  leaves: [DATASET],
  undo: (studio) => deleteByName(studio, "rows.jsonl"),
};

const deleting: Action = {
  name: "deleting a dataset",
  before: importing.goOn,
  async act(studio) {
    await studio.button("Delete rows.jsonl").click();
    await studio.button("Delete it").click();
    await listed(studio, "rows.jsonl", false);
  },
  goOn: (studio) => deleteByName(studio, "rows.jsonl"),
  leaves: [],
  takes: [DATASET],
};

const HUB_MODEL = `model ${REPOSITORY}`;

const modelInUse = (studio: Studio, words: string): Promise<void> =>
  studio.page.getByRole("article").filter({ hasText: words }).getByText("In use").waitFor();

export const downloading: Action = {
  name: "downloading a model",
  async act(studio) {
    await studio.page.getByRole("textbox", { name: "Repository" }).fill(REPOSITORY);
    await studio.button("Download").click();
    await modelInUse(studio, REPOSITORY);
  },
  async goOn(studio) {
    if (!(HUB_MODEL in (await studio.inventory()))) {
      const more = studio.button(`Continue ${REPOSITORY}`);
      if ((await more.count()) > 0) {
        await more.click();
        await modelInUse(studio, REPOSITORY);
      } else await downloading.act(studio);
    }
    await studio.rest();
  },
  leaves: [HUB_MODEL],
  passing: /^download /,
  undo: useBuiltIn,
};

/** Deletes the hub's model and switches to the built-in one. */
async function useBuiltIn(studio: Studio): Promise<void> {
  await deleteModel(studio, REPOSITORY);
}

async function deleteModel(studio: Studio, title: string): Promise<void> {
  await studio.button(`Delete ${title}`).click();
  await studio.button("Delete it").click();
  await listed(studio, title, false);
  const use = studio.button("Use Spruce");
  if ((await use.count()) > 0) await use.click();
  await studio.rest();
}

const keeping: Action = {
  name: "importing a model",
  async act(studio) {
    const files = await Promise.all(
      (await readdir(MODEL)).map(async (name) => ({
        name,
        mimeType: "application/octet-stream",
        buffer: await readFile(join(MODEL, name)),
      })),
    );
    await studio.page.getByLabel("Model files").setInputFiles(files);
    await listed(studio, "llama");
    await studio.rest();
  },
  async goOn(studio) {
    if (!("model llama" in (await studio.inventory()))) await keeping.act(studio);
  },
  leaves: ["model llama"],
  undo: (studio) => deleteModel(studio, "llama"),
};

const loading: Action = {
  name: "loading a model",
  async act(studio) {
    await studio.page.reload();
    await studio.rest();
  },
  goOn: (studio) => studio.rest(),
  leaves: [],
};

async function train(studio: Studio): Promise<void> {
  await studio.page.getByLabel("Max steps").fill(String(studio.runSteps));
  await studio.rest();
  await studio.button("Train").click();
  await isDone(studio);
}

/** Follows a run that has just been started to its end. */
async function isDone(studio: Studio): Promise<void> {
  studio.steps.clear();
  await until("the first step", () => Promise.resolve(studio.steps.size > 0));
  await studio.status("Done.").waitFor();
}

/** Resumes the interrupted run, or restarts it if there is no checkpoint yet. */
async function finishRun(studio: Studio): Promise<void> {
  const kept = await studio.inventory();
  if (isResumable(kept)) {
    await studio.button("Resume").click();
    await isDone(studio);
    return;
  }
  if (kept[RECORD]?.startsWith("done")) return;
  // Killed while it was first kept: what there is of it cannot be gone on with.
  await takeBack(studio);
  await train(studio);
}

export const isResumable = (kept: Inventory): boolean =>
  Object.keys(kept).some((key) => key.startsWith("run "));

/** The library already has one adapter; that of another run gets the next name. */
const SECOND = `adapter ${ADAPTER} 2`;
const RECORD = `record ${ADAPTER} 2`;

async function takeBack(studio: Studio): Promise<void> {
  await deleteByName(studio, `${ADAPTER} 2`);
  await deleteRecords(studio, `${ADAPTER} 2`);
}

/** Deletes the records of runs with that name: a run cut off before it was first kept leaves one too. */
async function deleteRecords(studio: Studio, name: string): Promise<void> {
  const more = studio.page
    .getByRole("row")
    .filter({ hasText: ` · ${name}` })
    .getByRole("button", { name: /^Details of run/ });
  for (let left = await more.count(); left > 0; left--) {
    await more.first().click();
    await studio.button("Delete").click();
    await until(`run ${name} off its list`, async () => (await more.count()) < left);
  }
}

/** All losses at full precision. */
const losses = (studio: Studio): Promise<string> =>
  Promise.resolve(
    Array.from({ length: studio.runSteps }, (_, step) => studio.steps.get(step + 1)?.loss ?? "missing").join(
      " ",
    ),
  );

export const training: Action = {
  name: "training",
  act: train,
  goOn: finishRun,
  leaves: [SECOND, RECORD],
  passing: /^run |^stray reserved/,
  outcome: losses,
  undo: takeBack,
};

export const saving: Action = {
  ...training,
  name: "saving what was trained",
  like: "training",
  after: (studio) =>
    until("the last step", () => Promise.resolve(studio.steps.has(studio.runSteps)), 600_000),
};

const twoTabs: Action = {
  ...training,
  name: "training beside a second tab",
  like: "training",
  async act(studio) {
    const other = await studio.browser.newPage(studio.address);
    await studio.rest(other);
    await train(studio);
    await other.close();
  },
  async goOn(studio) {
    const other = await studio.browser.newPage(studio.address);
    await studio.rest(other);
    const isKept = isResumable(await studio.inventory());
    const finishing = finishRun(studio);
    finishing.catch(() => undefined);
    if (isKept) {
      await other.getByText("Another tab is training").waitFor();
      await studio.button("Train", other).click();
      await other.getByRole("alert").filter({ hasText: "Another tab of the studio is training." }).waitFor();
    }
    await finishing;
    await other.close();
  },
};

const exporting: Action = {
  name: "exporting an adapter",
  act: async (studio) => void (await studio.download("Export adapter")),
  goOn: () => Promise.resolve(),
  leaves: [],
  outcome: (studio) => studio.download("Export adapter"),
};

const merging: Action = {
  name: "merging and exporting",
  act: async (studio) => void (await studio.download("Download merged model")),
  goOn: () => Promise.resolve(),
  leaves: [],
  outcome: (studio) => studio.download("Download merged model"),
};

const asking: Action = {
  name: "answering, merged",
  async act(studio) {
    await studio.page
      .getByRole("combobox", { name: "Right side", exact: true })
      .selectOption(`${ADAPTER}, merged`);
    await studio.page.getByRole("textbox", { name: "Message" }).fill("What do snakes eat?");
    await studio.button("Send").click();
    await studio.page.getByRole("region", { name: "After", exact: true }).getByText("tokens/s").waitFor();
    await studio.page.locator('[aria-label="After"][aria-busy="false"]').waitFor();
  },
  goOn: (studio) => asking.act(studio),
  leaves: [],
  async outcome(studio) {
    const answer = await studio.page.getByRole("region", { name: "After", exact: true }).innerText();
    return answer.replace(/[\d.,]+ tokens\/s/, "");
  },
};

/**
 * Prepares what must exist before any kill: an adapter, and the hub's endpoint. Runs are then sized to take `runMs` on
 * this machine, since the first checkpoint is saved after 8 seconds.
 */
export async function prepare(studio: Studio, endpoint: string, runMs: number): Promise<void> {
  await studio.rest();
  await studio.page.getByRole("textbox", { name: "Hub endpoint" }).fill(endpoint);
  studio.runSteps = FIRST_STEPS;
  await train(studio);
  const [second, last] = [studio.steps.get(2), studio.steps.get(FIRST_STEPS)];
  if (!second || !last) throw new Error("the first run told no steps");
  const stepMs = (last.at - second.at) / (FIRST_STEPS - 2);
  studio.runSteps = Math.max(FEWEST_STEPS, Math.ceil(runMs / stepMs));
  // The browser writes settings to disk a few seconds later.
  await pause(6000);
}

/** All actions, those of the short form first. */
export const actions: readonly Action[] = [
  importing,
  downloading,
  training,
  saving,
  merging,
  loading,
  twoTabs,
  keeping,
  exporting,
  asking,
  deleting,
];
