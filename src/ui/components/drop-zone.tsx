import type { ReactNode } from "react";
import { useDropzone } from "react-dropzone";
import classes from "./drop-zone.module.css";

interface Props {
  /** Accessible name of the file input. */
  readonly label: string;
  readonly title: string;
  readonly hint: string;
  readonly icon: ReactNode;
  /** Filters the file picker only; dropped files are validated by the reader. */
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: File[]) => void;
}

/**
 * A drop target for files or folders. The file input is real and in the tab order, so that it works for keyboards,
 * screen readers and scripts.
 */
export function DropZone({
  label,
  title,
  hint,
  icon,
  accept,
  multiple = false,
  disabled = false,
  onFiles,
}: Props) {
  const { getRootProps, getInputProps, isDragAccept } = useDropzone({
    // A dropped folder yields several files even where one is expected; then the first is used.
    multiple: true,
    disabled,
    noKeyboard: true,
    onDropAccepted: (files) => {
      if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
    },
  });
  const inputProps = getInputProps({
    "aria-label": label,
    className: classes.input,
    multiple,
    disabled,
    tabIndex: 0,
    style: {},
    ...(accept === undefined ? {} : { accept }),
  });
  return (
    <div
      {...getRootProps({ className: classes.zone })}
      data-accept={isDragAccept || undefined}
      data-disabled={disabled || undefined}
    >
      <input {...inputProps} />
      <div className={classes.inner}>
        <span className={classes.icon}>{icon}</span>
        <span>
          <span className={classes.title}>{title}</span>
          <span className={classes.hint}>{hint}</span>
        </span>
      </div>
    </div>
  );
}
