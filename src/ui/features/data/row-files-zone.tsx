import type { ReactNode } from "react";
import { DropZone } from "../../components/drop-zone";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { dataFiles } from "../../../shared/data-files";
import { filePath } from "../../lib/file-path";
import { type Text, useText } from "../../text/text";
import { DATASET_FILES } from "./dataset-files";

type OnRows = (files: readonly [File, ...File[]], name: string) => void;

/** Passes on dropped or picked files, from a folder only those that may contain rows, under a common name. */
export function takeFiles(files: readonly File[], text: Text, onRows: OnRows): void {
  const [folder, ...rest] = filePath(files[0] ?? new File([], "")).split("/");
  const isFolder = rest.length > 0 && folder !== undefined;
  const [first, ...others] = isFolder ? dataFiles(files, filePath) : files;
  if (!first) return;
  const name = isFolder ? folder : text.data.filesName(first.name, others.length);
  onRows([first, ...others], name);
}

/** A drop zone for files of rows, imported together under the name of the first. */
export function RowFilesZone(props: {
  label: string;
  title: string;
  hint: string;
  icon: ReactNode;
  onRows: OnRows;
}) {
  const { onRows, ...zone } = props;
  const text = useText();
  const disabled = useStudio((state) => isExcluded(state, "import-dataset"));
  return (
    <DropZone
      {...zone}
      accept={DATASET_FILES}
      multiple
      disabled={disabled}
      onFiles={(files) => {
        takeFiles(files, text, onRows);
      }}
    />
  );
}
