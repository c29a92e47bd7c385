import type { ReactNode } from "react";
import { useDropzone } from "react-dropzone";
import classes from "./drop-zone.module.css";

interface Props {
  /** Accessible name of the file input. */
  readonly label: string;
  readonly title: string;
  readonly hint: string;
  readonly icon: ReactNode;
  /** Filter of the file picker alone: what is dropped is judged by who reads it. */
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: File[]) => void;
}

/**
 * A place to drop files or folders. Its file input is a real one, in the tab order, so that keyboards, screen
 * readers and scripts use it like any other.
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
    // A dropped folder holds several files even where one is expected; the first of them is taken there.
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
