import { describe, expect, it } from "vitest";
import { fileUrl, parseAddress, parseEndpoint, parseToken, treeUrl } from "../../../src/hub/address";

const hub = "https://huggingface.co";

describe("the address of a repository", () => {
  it.each([
    ["owner/name", "owner/name", "main"],
    [" gpt2 ", "gpt2", "main"],
    ["owner/name@refs/pr/1", "owner/name", "refs/pr/1"],
    ["https://huggingface.co/owner/name", "owner/name", "main"],
    ["https://huggingface.co/owner/name/tree/v1.0", "owner/name", "v1.0"],
    ["https://mirror.example/owner/name/blob/refs%2Fpr%2F1/config.json", "owner/name", "refs/pr/1"],
    ["huggingface.co/owner/name/", "owner/name", "main"],
    ["hf.co/owner/name?library=transformers", "owner/name", "main"],
  ])("%j is %s at %s", (typed, repository, revision) => {
    expect(parseAddress(typed, "")).toEqual({ endpoint: hub, repository, revision });
  });

  it.each([
    ["", "No repository is named."],
    ["a/b/c", "“a/b/c” is not the name of a repository."],
    ["../secret", "“../secret” is not the name of a repository."],
    ["owner/na me", "“owner/na me” is not the name of a repository."],
    ["owner/name@", "“” cannot be a branch, tag or commit."],
    ["owner/name@a b", "“a b” cannot be a branch, tag or commit."],
    ["https://huggingface.co/datasets/owner/name", "datasets/owner/name is one of the hub's datasets"],
  ])("%j is refused", (typed, what) => {
    expect(() => parseAddress(typed, "")).toThrow(
      expect.objectContaining({
        code: "config",
        field: "hubRepository",
        what: expect.stringContaining(what),
      }),
    );
  });

  it.each([
    ["", hub],
    ["mirror.example", "https://mirror.example"],
    ["http://localhost:8080/hub//", "http://localhost:8080/hub"],
    ["https://mirror.example/?a=b#c", "https://mirror.example"],
  ])("the endpoint %j is %s", (typed, endpoint) => {
    expect(parseEndpoint(typed)).toBe(endpoint);
  });

  it.each(["ftp://mirror.example", "https://user:secret@mirror.example", "https://", "file:///etc"])(
    "the endpoint %s is refused",
    (typed) => {
      expect(() => parseEndpoint(typed)).toThrow(expect.objectContaining({ field: "hubEndpoint" }));
    },
  );

  it("escapes special characters of paths and revisions", () => {
    const address = parseAddress("owner/name@refs/pr/1", "https://mirror.example/hub");
    expect(fileUrl(address, "refs/pr/1", "sub folder/a?b#c.gguf")).toBe(
      "https://mirror.example/hub/owner/name/resolve/refs%2Fpr%2F1/sub%20folder/a%3Fb%23c.gguf",
    );
    expect(treeUrl(address, "abc")).toBe(
      "https://mirror.example/hub/api/models/owner/name/tree/abc?recursive=true",
    );
  });
});

describe("an access token", () => {
  it("is sent over https, or to this machine", () => {
    expect(parseToken(" hf_abc ", hub)).toBe("hf_abc");
    expect(parseToken("hf_abc", "http://localhost:1234")).toBe("hf_abc");
    expect(parseToken("", "http://mirror.example")).toBe("");
  });

  it("is refused over plain http or with invalid characters, and never echoed", () => {
    for (const [token, endpoint] of [
      ["hf_secret", "http://mirror.example"],
      ["hf_secret\nX-Header: 1", hub],
      ["hf_sécret", hub],
    ] as const) {
      expect(() => parseToken(token, endpoint)).toThrow(
        expect.objectContaining({ field: "hubToken", message: expect.not.stringContaining("cret") }),
      );
    }
  });
});
