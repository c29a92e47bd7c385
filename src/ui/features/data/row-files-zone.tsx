import type { ReactNode } from "react";
import { DropZone } from "../../components/drop-zone";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import { DATASET_FILES } from "./dataset-files";

/** A drop zone for files of rows, imported together under the name of the first. */
export function RowFilesZone(props: {
  label: string;
  title: string;
  hint: string;
  icon: ReactNode;
  onRows: (files: readonly [File, ...File[]], name: string) => void;
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
      onFiles={([first, ...others]) => {
        if (first) onRows([first, ...others], text.data.filesName(first.name, others.length));
      }}
    />
  );
}
