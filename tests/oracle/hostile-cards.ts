import { writeFileSync } from "node:fs";
import { folderReaders, type FolderFormat } from "../../src/shared/folder-format";
import { pythonUsage } from "../../src/shared/python-usage";
import { hostileNames } from "../support/hostile-names";

/** Writes the Python of every folder format for hostile names of model and folder, beside that for plain ones. */
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
  // Lone surrogates are no UTF-8; they are escaped in the cases' Python, and here in their names.
  writeFileSync(String(file), JSON.stringify(cases));
}
