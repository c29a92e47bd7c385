import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, it } from "vitest";
import { contentSecurityPolicy } from "../../../tools/site/content-security-policy";

const root = fileURLToPath(new URL("../../../", import.meta.url));

it("docs/hosting.md states the policy that the studio's servers send", () => {
  const policies = readFileSync(`${root}/docs/hosting.md`, "utf8").match(/default-src[^"\n]*/g);
  expect(policies).toHaveLength(4);
  expect(new Set(policies)).toEqual(new Set([contentSecurityPolicy("header")]));
});

it("the built site contains the licences of its dependencies, and no inline script or style", async () => {
  const result = await build({ root, logLevel: "silent", build: { write: false, minify: false } });
  const output = Array.isArray(result)
    ? result.flatMap((part) => part.output)
    : "output" in result
      ? result.output
      : [];
  const asset = (name: string): string =>
    output.flatMap((file) =>
      file.type === "asset" && file.fileName === name ? [String(file.source)] : [],
    )[0] ?? "";
  const licences = asset("licenses.txt");
  // One package of the page, one of the worker, one bundled by another package, and one that ships no licence text.
  for (const name of [
    "react-dom",
    "fflate",
    "@huggingface/tokenizers",
    "onnxruntime-common",
    "@mantine/core",
  ]) {
    expect(licences).toMatch(new RegExp(`^${name} \\d[^\\n]*\\n\\n.*\\S`, "m"));
  }
  const html = asset("index.html");
  expect(html).toContain('http-equiv="Content-Security-Policy"');
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style=/);
}, 120_000);
