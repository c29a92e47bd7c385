import { beforeEach, expect, test } from "vitest";
import type * as Journal from "../../../src/storage/compile-journal";
import { fakeLocks } from "./fake-locks";
import { fresh } from "./fresh";

const GPU = "card browser/1";
const DAY_MS = 24 * 3600 * 1000;

let journal: typeof Journal;
let locks: ReturnType<typeof fakeLocks>;
beforeEach(async () => {
  locks = fakeLocks();
  journal = await fresh(() => import("../../../src/storage/compile-journal"));
});

const open = (gpu = GPU, now?: number) => journal.StoredCompileJournal.open(gpu, now);

test("successful compilations leave nothing behind", async () => {
  const first = await open();
  await first.begin(["a", "b"]);
  await first.end(["a", "b"]);
  locks.releaseAll();
  const next = await open();
  expect([...next.suspects, ...next.fatal]).toEqual([]);
});

test("suspects every kernel of a crash, and convicts one that was compiled alone", async () => {
  const first = await open();
  await first.begin(["a", "b", "c"]);
  await first.end(["a"]);
  locks.releaseAll();

  const second = await open();
  expect([...second.suspects].sort()).toEqual(["b", "c"]);
  expect([...second.fatal]).toEqual([]);
  await second.begin(["b"]);
  await second.end(["b"]);
  await second.begin(["c"]);
  await second.close();

  const third = await open();
  expect([...third.suspects]).toEqual(["c"]);
  expect([...third.fatal]).toEqual(["c"]);
});

test("a tab that ends while compiling one kernel makes it suspect, and only a second time fatal", async () => {
  await (await open()).begin(["a"]);
  locks.releaseAll();
  const second = await open();
  expect([[...second.suspects], [...second.fatal]]).toEqual([["a"], []]);
  await second.begin(["a"]);
  await second.end(["a"]);
  locks.releaseAll();
  expect([...(await open()).suspects]).toEqual([]);

  for (let times = 0; times < 2; times++) {
    await (await open()).begin(["a"]);
    locks.releaseAll();
  }
  expect([...(await open()).fatal]).toEqual(["a"]);
});

test("does not count a live worker's compilations as a crash", async () => {
  const living = await open();
  await living.begin(["a"]);
  const other = await open();
  expect([...other.suspects, ...other.fatal]).toEqual([]);
  await living.end(["a"]);
});

test("the same worker's next journal knows what was open after a lost device", async () => {
  const first = await open();
  await first.begin(["a"]);
  await first.close();
  expect([...(await open()).fatal]).toEqual(["a"]);
});

test("clears a kernel on another GPU or browser, or after a week", async () => {
  const first = await open(GPU, 0);
  await first.begin(["a"]);
  await first.close();
  expect([...(await open("card browser/2", 0)).fatal]).toEqual([]);
  expect([...(await open(GPU, 6 * DAY_MS)).fatal]).toEqual(["a"]);
  expect([...(await open(GPU, 8 * DAY_MS)).fatal]).toEqual([]);
  expect([...(await open(GPU, 0)).fatal]).toEqual([]);
});
