import { writeFileSync } from "node:fs";
import { folderReaders, type FolderFormat } from "../../src/shared/folder-format";
import { pythonUsage } from "../../src/shared/python-usage";
import { hostileNames } from "../support/hostile-names";

/** Writes the usage code of every folder format for hostile model and folder names, with that for plain ones. */
export function main([file]: string[]): void {
  const formats = Object.keys(folderReaders) as FolderFormat[];
  const autoModels = ["AutoModelForCausalLM", "AutoModelForSeq2SeqLM"] as const;
  const cases = hostileNames.flatMap((name) =>
    formats.flatMap((format) =>
      autoModels.map((autoModel) => ({
        name,
        format,
        hostile: pythonUsage({ name, autoModel, family: "opt" }, format, name),
        plain: pythonUsage({ name: "PLAIN", autoModel, family: "opt" }, format, "PLAIN"),
      })),
    ),
  );
  // Lone surrogates are not valid UTF-8; they are escaped in the Python code and in the names here.
  writeFileSync(String(file), JSON.stringify(cases));
}
