import { OPTIMIZER_FILE } from "../../formats/peft-folder";
import { type FolderReader, folderReaders } from "../../shared/folder-format";
import { pythonUsage } from "../../shared/python-usage";
import { pythonBase } from "../base-facts";
import type { ExportEntry, ExportSource } from "../entry";
import { generationUsage } from "../generation-usage";
import { cardFiles } from "../card-files";
import { folderFormat, peftFiles } from "../peft";
import { textFile, wholeFile } from "../streamed-file";

const readers: Readonly<Record<FolderReader, readonly string[]>> = {
  peft: ["PEFT", "transformers", "vLLM", "Luthier"],
  adapters: ["AdapterHub adapters", "Luthier"],
  transformers: ["transformers", "Luthier"],
  luthier: ["Luthier"],
};

const readerOf = ({ adapter }: ExportSource): FolderReader => folderReaders[folderFormat(adapter)];

/** The adapter's folder in its library's format. */
export const adapterEntry: ExportEntry = {
  id: "adapter",
  kind: "folder",
  readers: (source) => readers[readerOf(source)],
  blocker: () => null,
  types: () => [null],
  notes: () => [],
  sizeBytes: ({ adapterBytes }) => adapterBytes,
  async files(source, { withOptimizer }) {
    const { adapter, base } = source;
    const files = peftFiles(adapter, await source.values(), base.repository ?? base.title);
    const optimizer = withOptimizer ? await source.optimizer() : null;
    if (optimizer) files.set(OPTIMIZER_FILE, optimizer);
    const { chatTemplate } = source.prompt;
    return [
      ...(await cardFiles(source, folderFormat(adapter))),
      ...[...files].map(([path, bytes]) => wholeFile(path, bytes)),
      ...(chatTemplate === null ? [] : [textFile("chat_template.jinja", chatTemplate)]),
    ];
  },
  usage(source, name) {
    const format = folderFormat(source.adapter);
    if (folderReaders[format] === "luthier") return null;
    const loading = pythonUsage(pythonBase(source.base), format, `path/to/${name}`);
    return {
      language: "python",
      code: `${loading}\n${generationUsage(source.prompt, source.base.autoModel)}`,
    };
  },
};
