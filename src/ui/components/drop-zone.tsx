import { Dropzone } from "@mantine/dropzone";
import type { ReactNode } from "react";
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
  return (
    <Dropzone
      className={classes.zone ?? ""}
      classNames={{ inner: classes.inner ?? "" }}
      activateOnKeyboard={false}
      // A dropped folder holds several files even where one is expected; the first of them is taken there.
      multiple
      disabled={disabled}
      onDrop={(files) => {
        if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
      }}
      inputProps={{
        "aria-label": label,
        className: classes.input,
        multiple,
        disabled,
        tabIndex: 0,
        style: {},
        ...(accept === undefined ? {} : { accept }),
      }}
    >
      <span className={classes.icon}>{icon}</span>
      <span>
        <span className={classes.title}>{title}</span>
        <span className={classes.hint}>{hint}</span>
      </span>
    </Dropzone>
  );
}
