import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Row } from "../../../shared/rows";
import { useText } from "../../text/text";
import classes from "./row-browser.module.css";
import { rowParts, withText } from "./row-parts";

interface Props {
  readonly row: Row;
  readonly label: string;
  readonly disabled: boolean;
  /** Returns true once saved, so that the form can close. */
  readonly onSave: (row: Row) => Promise<boolean>;
  readonly onClose: () => void;
}

/** A form for the texts of a row. */
export function RowForm({ row, label, disabled, onSave, onClose }: Props) {
  const text = useText();
  const [changed, setChanged] = useState(row);
  const parts = rowParts(changed);
  const save = async (): Promise<void> => {
    if (await onSave(changed)) onClose();
  };
  return (
    <form
      className={classes.form}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {parts.map(({ name, value, path }, index) =>
        path ? (
          <Textarea
            key={path.join(" ")}
            label={name}
            value={value}
            autosize
            minRows={1}
            maxRows={12}
            data-autofocus={index === 0 || undefined}
            onChange={(event) => {
              setChanged(withText(changed, path, event.currentTarget.value));
            }}
          />
        ) : null,
      )}
      <div className={classes.formButtons}>
        <Button
          type="submit"
          size="compact-md"
          disabled={disabled || parts.every(({ value }) => value === "")}
        >
          {text.data.saveRow}
        </Button>
        <Button variant="subtle" color="gray" size="compact-md" onClick={onClose}>
          {text.data.cancelRow}
        </Button>
      </div>
    </form>
  );
}
