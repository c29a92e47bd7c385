import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PushOptions, type PushPlan, pushFiles } from "../../../src/hub/push/push-files";
import type { HubAddress } from "../../../src/shared/hub";
import { type Fault, PushHub, READ_TOKEN, WRITE_TOKEN } from "../../support/push-hub";

const NAME = "ada/lantern";
const config = new TextEncoder().encode("{}\n");
const weights = Uint8Array.from({ length: 100_000 }, (_, index) => index * 7);

let hub: PushHub;
beforeEach(async () => {
  hub = await PushHub.start();
});
afterEach(() => hub.stop());

const files = [
  { path: "adapter_config.json", content: new Blob([config]) },
  { path: "adapter_model.safetensors", content: new Blob([weights]) },
];

function plan(change: Partial<PushPlan> = {}, address: Partial<HubAddress> = {}): PushPlan {
  return {
    address: { endpoint: hub.endpoint, repository: NAME, revision: "main", ...address },
    isPrivate: true,
    asPullRequest: false,
    title: "Upload Lantern",
    files,
    ...change,
  };
}

function options(change: Partial<PushOptions> = {}): PushOptions {
  return {
    token: WRITE_TOKEN,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    sleep: () => Promise.resolve(),
    ...change,
  };
}

/** Lets the first requests that match fail. */
function failing(times: number, pattern: RegExp, fault: Fault): void {
  let left = times;
  hub.fault = ({ method, url }) => (pattern.test(`${method} ${url}`) && left-- > 0 ? fault : null);
}

/** The token was sent to the hub alone, and only in a header. */
function expectTokenKept(token: string): void {
  for (const { host, url, headers, body } of hub.seen) {
    const { authorization, ...others } = headers;
    expect(authorization).toBe(host === "hub" ? `Bearer ${token}` : undefined);
    expect(`${url} ${JSON.stringify(others)} ${body.toString("latin1")}`).not.toContain(token);
  }
}

describe("a push", () => {
  it("creates a private repository and publishes all files as one commit", async () => {
    const progress: number[][] = [];
    const onProgress = (...each: [number, number]): void => void progress.push(each);
    const pushed = await pushFiles(plan(), options({ onProgress }));
    expect(pushed).toEqual({ url: `${hub.endpoint}/${NAME}`, created: true });
    const { isPrivate, branches } = hub.repositories.get(NAME)!;
    expect(isPrivate).toBe(true);
    expect(branches.get("main")?.map(({ title }) => title)).toEqual(["initial commit", "Upload Lantern"]);
    expect(new Uint8Array(hub.files(NAME).get("adapter_model.safetensors")!)).toEqual(weights);
    expect(new Uint8Array(hub.files(NAME).get("adapter_config.json")!)).toEqual(config);
    expect(progress.at(-1)).toEqual([weights.length, weights.length + config.length]);
    expectTokenKept(WRITE_TOKEN);
  });

  it("keeps the other files and the visibility of a repository that exists", async () => {
    hub.add(NAME, { "notes.txt": config }, false);
    const { created } = await pushFiles(plan(), options());
    expect(created).toBe(false);
    expect(hub.repositories.get(NAME)?.isPrivate).toBe(false);
    expect([...hub.files(NAME).keys()]).toContain("notes.txt");
  });

  it("makes a branch, or opens a pull request and leaves the branch as it is", async () => {
    hub.add(NAME);
    const { url } = await pushFiles(plan({}, { revision: "first try" }), options());
    expect(url).toBe(`${hub.endpoint}/${NAME}/tree/first%20try`);
    expect(hub.files(NAME, "first try").size).toBe(2);
    const request = await pushFiles(plan({ asPullRequest: true }), options());
    expect(request.url).toBe(`${hub.endpoint}/${NAME}/discussions/1`);
    expect(hub.repositories.get(NAME)?.pullRequests[0]?.files.size).toBe(2);
    expect(hub.files(NAME).size).toBe(0);
  });

  it("uploads a large file in parts, and what has arrived not again", async () => {
    hub.partBytes = 30_000;
    await pushFiles(plan(), options());
    expect(new Uint8Array(hub.files(NAME).get("adapter_model.safetensors")!)).toEqual(weights);
    const uploads = (): number => hub.seen.filter(({ host }) => host === "storage").length;
    expect(uploads()).toBe(5);
    await pushFiles(plan(), options());
    expect(uploads()).toBe(5);
    expectTokenKept(WRITE_TOKEN);
  });

  it.each<[string, RegExp, Fault]>([
    ["a dropped upload", /^PUT/, "dropped"],
    ["a dropped preupload", /preupload/, "dropped"],
    ["a batch that was rate limited", /batch/, { status: 429, headers: { "Retry-After": "3" } }],
    ["a storage in trouble", /^PUT/, { status: 503 }],
    ["an expired link", /^PUT/, { status: 403 }],
    ["a commit that was rate limited", /commit/, { status: 429 }],
  ])("repeats %s", async (_, pattern, fault) => {
    failing(2, pattern, fault);
    await pushFiles(plan(), options());
    expect(hub.files(NAME).size).toBe(2);
    expect(hub.repositories.get(NAME)?.branches.get("main")).toHaveLength(2);
  });
});

describe("a push that fails", () => {
  it.each<[string, RegExp, Fault, object]>([
    ["uploads drop", /^PUT/, "dropped", { code: "network/push-broken-off" }],
    ["the hub is busy", /batch/, { status: 429 }, { code: "network/push-busy", status: 429 }],
    ["the hub is in trouble", /preupload/, { status: 500 }, { code: "network/push-busy", status: 500 }],
    ["another commit is being made", /commit/, { status: 409 }, { code: "network/push-conflict" }],
    ["the commit is forbidden", /commit/, { status: 403 }, { code: "network/push-refused" }],
    [
      "the card is invalid",
      /commit/,
      { status: 400, error: `bad ${WRITE_TOKEN}` },
      { code: "network/push-rejected", status: 400, reason: "bad …" },
    ],
    ["the commit does not arrive", /commit/, "dropped", { code: "network/push-broken-off" }],
  ])("leaves nothing behind when %s", async (_, pattern, fault, problem) => {
    failing(Infinity, pattern, fault);
    const error: unknown = await pushFiles(plan(), options()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ problem });
    expect(String(error)).not.toContain(WRITE_TOKEN);
    expect(hub.repositories.size).toBe(0);

    const { branches } = hub.add(NAME);
    await expect(pushFiles(plan({}, { revision: "dev" }), options())).rejects.toMatchObject({ problem });
    expect([...branches].map(([name, { length }]) => [name, length])).toEqual([["main", 1]]);
    expectTokenKept(WRITE_TOKEN);
  });

  it.each([
    ["an unknown token", "hf_other", NAME, "network/token-refused"],
    ["a token that only reads", READ_TOKEN, NAME, "network/push-refused"],
    ["somebody else's name", WRITE_TOKEN, "grace/lantern", "network/push-refused"],
  ])("says that the hub refuses %s", async (_, token, repository, code) => {
    await expect(pushFiles(plan({}, { repository }), options({ token }))).rejects.toMatchObject({
      problem: { code },
      field: "hubToken",
    });
    expect(hub.repositories.size).toBe(0);
  });

  it("does not delete a repository that was there, and writes nothing to it", async () => {
    const { branches } = hub.add(NAME);
    failing(Infinity, /^PUT/, "dropped");
    await expect(pushFiles(plan(), options())).rejects.toThrow();
    expect(branches.get("main")).toHaveLength(1);
  });

  it("finds its commit when only the answer was lost, and never commits twice", async () => {
    failing(1, /commit/, "answer-dropped");
    await expect(pushFiles(plan(), options())).resolves.toMatchObject({ created: true });
    expect(hub.repositories.get(NAME)?.branches.get("main")).toHaveLength(2);
    failing(1, /commit/, "answer-dropped");
    await expect(pushFiles(plan({ asPullRequest: true }), options())).rejects.toMatchObject({
      problem: { code: "network/push-unknown" },
    });
    expect(hub.repositories.get(NAME)?.pullRequests).toHaveLength(1);
  });

  it("can be cancelled while it uploads, and removes what it created", async () => {
    const controller = new AbortController();
    hub.storageDelayMs = 200;
    hub.fault = ({ method }) => {
      if (method === "PUT") setTimeout(() => controller.abort(), 20);
      return null;
    };
    const push = pushFiles(plan(), options({ signal: controller.signal }));
    await expect(push).rejects.toMatchObject({ code: "cancelled" });
    expect(hub.repositories.size).toBe(0);
  });
});
