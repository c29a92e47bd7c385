import { describe, expect, it } from "vitest";
import { parseAddress } from "../../../src/hub/address";
import { chooseFiles } from "../../../src/hub/choose-files";
import { listRepository } from "../../../src/hub/list-repository";
import type { FakeHub } from "../../support/fake-hub";
import { addressIn, ask, plain, text, weights } from "./asking";

describe("listing", () => {
  it("reads commit, licence, sizes and checksums from every page", async () => {
    const asking = await ask(plain);
    asking.hub.pageSize = 2;
    const { commit, license, files } = await listRepository(addressIn(asking), asking.options);
    expect({ commit, license }).toEqual({ commit: asking.hub.commit, license: "mit" });
    expect(files.map(({ path }) => path)).toEqual(Object.keys(plain.files));
    expect(files.find(({ path }) => path === "model.safetensors")).toMatchObject({
      sizeBytes: 300_000,
      checksum: { kind: "sha256" },
    });
    expect(files.find(({ path }) => path === "config.json")?.checksum?.kind).toBe("git-sha1");
    // The Link header names another host, which must receive neither request nor token.
    expect(asking.hub.seen.filter(({ path }) => path.includes("/tree/"))).toHaveLength(3);
  });

  it.each([
    ["owner/none", "", 401, "There is no public model owner/none on localhost"],
    ["owner/model@v9", "", 404, "owner/model on localhost"],
  ])("reports that %s does not exist", async (name, token, _status, what) => {
    const asking = await ask(plain, {}, token);
    await expect(listRepository(addressIn(asking, name), asking.options)).rejects.toMatchObject({
      code: "network",
      field: "hubRepository",
      what: expect.stringContaining(what),
    });
  });

  it("asks for a token if needed, and reports its refusal without echoing it", async () => {
    const gated = { ...plain, token: "hf_right" };
    const without = await ask(gated);
    await expect(listRepository(addressIn(without), without.options)).rejects.toMatchObject({
      field: "hubToken",
      what: expect.stringContaining("owner/model requires accepting"),
    });
    const wrong = await ask(gated, {}, "hf_wrong");
    await expect(listRepository(addressIn(wrong), wrong.options)).rejects.toMatchObject({
      what: expect.stringMatching(/^localhost:\d+ refused the access token\.$/),
      message: expect.not.stringContaining("hf_wrong"),
    });
    const right = await ask(gated, {}, "hf_right");
    expect((await listRepository(addressIn(right), right.options)).commit).toBe(right.hub.commit);
  });

  it("reports an unreachable server, and one that is not a hub", async () => {
    const asking = await ask(plain);
    const nobody = parseAddress("owner/model", asking.hub.endpoint);
    await asking.hub.stop();
    await expect(listRepository(nobody, asking.options)).rejects.toMatchObject({
      what: expect.stringContaining("could not be reached"),
    });
    expect(asking.waits).toEqual([1000, 2000]);
    const other = await ask(plain);
    const below = parseAddress("owner/model", `${other.hub.endpoint}/owner/model/resolve/main/config.json?`);
    await expect(listRepository(below, other.options)).rejects.toMatchObject({ code: "network" });
  });
});

describe("an invalid response", () => {
  const sha = "0123456789abcdef0123456789abcdef01234567";
  const file = { type: "file", path: "config.json", size: 2, oid: "1".repeat(40) };
  const listing = async (instead: FakeHub["instead"]) => {
    const asking = await ask(plain);
    asking.hub.instead = instead;
    return listRepository(addressIn(asking), asking.options);
  };

  it.each([
    [{ revision: null }, "holds null, where an object belongs"],
    [{ revision: [] }, "holds a list, where an object belongs"],
    [{ revision: {} }, "has no sha"],
    [{ revision: { sha: null } }, "has null at sha, where text belongs"],
    [{ revision: { sha: "main" } }, "has the text “main” at sha, where the id of a commit belongs"],
    [{ revision: { sha, tags: "license:mit" } }, "has the text “license:mit” at tags, where a list belongs"],
    [{ tree: { error: "no" } }, "holds an object, where a list belongs"],
    [{ tree: [file, null] }, "has null at [1], where an object belongs"],
    [{ tree: [{}] }, "has no [0].type"],
    [{ tree: [{ ...file, path: 1 }] }, "has 1 at [0].path, where text belongs"],
    [{ tree: [{ ...file, size: "2" }] }, "has the text “2” at [0].size, where a number belongs"],
    [{ tree: [{ ...file, size: -1 }] }, "has -1 at [0].size, where a number of at least 0 belongs"],
    [{ tree: [{ ...file, size: null }] }, "has an object at [0], where a file with its size belongs"],
    [{ tree: [{ ...file, oid: 1 }] }, "has 1 at [0].oid, where text belongs"],
    [{ tree: [{ ...file, lfs: { size: 0.5 } }] }, "has 0.5 at [0].lfs.size, where a whole number belongs"],
  ])("is refused, naming the wrong key: %o", async (instead, fault) => {
    await expect(listing(instead)).rejects.toMatchObject({
      code: "network",
      field: "hubEndpoint",
      what: expect.stringMatching(
        /^localhost:\d+ does not answer like a model hub: what it says of owner\/model /,
      ),
      message: expect.stringContaining(`${fault}.`),
    });
  });

  it("may lack what a mirror does not know", async () => {
    const { license, files } = await listing({
      revision: { sha, cardData: { license: ["mit"], license_name: null }, tags: null },
      tree: [
        { type: "file", path: "plain", size: 2 },
        { type: "file", path: "odd", size: 2, oid: "W/x", lfs: null },
        { type: "file", path: "large", lfs: { size: 9, sha256: "a".repeat(64) } },
        { type: "directory", path: "folder" },
        { type: "submodule" },
      ],
    });
    expect(license).toBe("");
    expect(files).toEqual([
      { path: "plain", sizeBytes: 2, checksum: null },
      { path: "odd", sizeBytes: 2, checksum: null },
      { path: "large", sizeBytes: 9, checksum: { kind: "sha256", hex: "a".repeat(64) } },
    ]);
  });
});

describe("choosing files", () => {
  const choose = async (files: Record<string, Uint8Array>) => {
    const asking = await ask({ files });
    return chooseFiles(await listRepository(addressIn(asking), asking.options), asking.options);
  };
  const config = { "config.json": text("{}"), "tokenizer.json": text("{}") };

  it("selects only the model and its tokenizer", async () => {
    const [choice, ...more] = await choose({ ...plain.files });
    expect(more).toEqual([]);
    expect(choice!.files.map(({ path }) => path)).toEqual([
      "config.json",
      "tokenizer.json",
      "model.safetensors",
    ]);
    expect(choice!.sizeBytes).toBe(300_024);
  });

  it("selects the shards in the index, and reports a missing one", async () => {
    const index = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
    const shards = { ...config, "model.safetensors.index.json": text(JSON.stringify(index)) };
    const one = { ...shards, "model-1.safetensors": text("1"), "other.safetensors": text("x") };
    const [choice] = await choose({ ...one, "model-2.safetensors": text("2") });
    expect(choice!.files.map(({ path }) => path).slice(2)).toEqual([
      "model.safetensors.index.json",
      "model-1.safetensors",
      "model-2.safetensors",
    ]);
    await expect(choose(one)).rejects.toMatchObject({
      what: "owner/model has no model-2.safetensors, which the model needs.",
    });
  });

  it.each([
    [{}, "has no weight_map"],
    [{ weight_map: null }, "has null at weight_map, where an object belongs"],
    [
      { weight_map: { "model.norm.weight": 1 } },
      'has 1 at weight_map["model.norm.weight"], where text belongs',
    ],
    [[], "holds a list, where an object belongs"],
  ])("refuses an invalid index, naming file and key: %o", async (index, fault) => {
    const files = { ...config, "model.safetensors.index.json": text(JSON.stringify(index)) };
    await expect(choose(files)).rejects.toMatchObject({
      code: "format",
      what: `owner/model/model.safetensors.index.json ${fault}.`,
    });
  });

  it("offers GGUF models by size, split ones as a whole", async () => {
    const choices = await choose({
      "big.Q8_0.gguf": weights(70_000),
      "small.Q4_K_M.gguf": text("gguf"),
      "mmproj-model.gguf": text("p"),
      "Q4/huge-00002-of-00002.gguf": text("second"),
      "Q4/huge-00001-of-00002.gguf": text("1"),
      "partly-00001-of-00002.gguf": text("1"),
    });
    expect(choices.map(({ id, kind, sizeBytes }) => [id, kind, sizeBytes])).toEqual([
      ["small.Q4_K_M.gguf", "gguf", 4],
      ["Q4/huge-*-of-00002.gguf", "gguf", 7],
      ["big.Q8_0.gguf", "gguf", 70_000],
    ]);
    expect(choices[1]?.files.map(({ path }) => path)).toEqual([
      "Q4/huge-00001-of-00002.gguf",
      "Q4/huge-00002-of-00002.gguf",
    ]);
  });

  it.each([
    [
      { ...config, "pytorch_model.bin": text("x") },
      "no weights that the studio reads, only pytorch_model.bin.",
    ],
    [{ "a-00001-of-00002.gguf": text("x") }, "only some parts of split GGUF files"],
    [{ "adapter_config.json": text("{}"), "adapter_model.safetensors": text("x") }, "has no config.json"],
    [{ "config.json": text("{}"), "model.safetensors": text("x") }, "has no tokenizer.json"],
    [{ ...config, "a.safetensors": text("x"), "b.safetensors": text("x") }, "has 2 safetensors files"],
  ])("refuses what the studio cannot load: %#", async (files, what) => {
    await expect(choose(files)).rejects.toMatchObject({
      code: "model",
      what: expect.stringContaining(what),
    });
  });
});
