import { expect, test } from "vitest";
import { filePath } from "../../../src/ui/lib/file-path";

const file = (paths: { webkitRelativePath?: string; path?: string }): File =>
  Object.assign(Object.create(null) as object, {
    name: "config.json",
    webkitRelativePath: "",
    ...paths,
  }) as File;

test.each([
  ["a picked file", {}, "config.json"],
  ["a file of a picked folder", { webkitRelativePath: "model/config.json" }, "model/config.json"],
  ["a dropped file", { path: "./config.json" }, "config.json"],
  ["a file of a dropped folder", { path: "/model/onnx/config.json" }, "model/onnx/config.json"],
])("reads the path of %s", (_, paths, expected) => {
  expect(filePath(file(paths))).toBe(expected);
});
