import { Button } from "@mantine/core";
import { useState } from "react";
import type { ListedRow } from "../../../shared/data";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./row-browser.module.css";
import { RowForm } from "./row-form";
import { rowParts } from "./row-parts";

interface Props {
  readonly id: string;
  readonly listed: ListedRow;
  readonly chosen: boolean;
  readonly onChoose: (row: number) => void;
}

/** A row with its texts and actions. */
export function RowCard({ id, listed, chosen, onChoose }: Props) {
  const text = useText();
  const [isEdited, setEdited] = useState(false);
  const { edit, locked } = useStudio((state) => ({
    edit: state.editRows,
    locked: isExcluded(state, "edit-dataset"),
  }));
  const { number, row, leftOut, changed } = listed;
  const parts = rowParts(row);
  const use = leftOut ? text.data.putBack : text.data.leaveOut;
  const show = chosen ? text.data.tokensShown : text.data.showTokens;
  return (
    <li className={classes.row} data-chosen={chosen || undefined} data-left-out={leftOut || undefined}>
      <div className={classes.rowBar}>
        <span className={classes.number}>
          {text.data.rowNumber(number + 1)}
          {leftOut ? `, ${text.data.isLeftOut}` : changed ? `, ${text.data.isChanged}` : ""}
        </span>
        <span className={classes.rowButtons}>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            disabled={locked || isEdited}
            aria-label={text.data.ofRow(text.data.editRow, number + 1)}
            onClick={() => {
              setEdited(true);
            }}
          >
            {text.data.editRow}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            disabled={locked}
            aria-label={text.data.ofRow(use, number + 1)}
            onClick={() => void edit(id, { kind: leftOut ? "put-back" : "leave-out", row: number })}
          >
            {use}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color={chosen ? "spruce" : "gray"}
            aria-pressed={chosen}
            aria-label={text.data.ofRow(show, number + 1)}
            onClick={() => {
              onChoose(number);
            }}
          >
            {show}
          </Button>
        </span>
      </div>
      {isEdited ? (
        <RowForm
          row={row}
          label={text.data.ofRow(text.data.editRow, number + 1)}
          disabled={locked}
          onSave={(value) => edit(id, { kind: "replace", row: number, value })}
          onClose={() => {
            setEdited(false);
          }}
        />
      ) : (
        <dl className={classes.fields}>
          {parts.slice(0, SHOWN_PARTS).map(({ name, value }, part) => (
            <RowField key={part} name={name} value={value} />
          ))}
        </dl>
      )}
      {!isEdited && parts.length > SHOWN_PARTS && (
        <p className={classes.more}>{text.data.moreParts(parts.length - SHOWN_PARTS)}</p>
      )}
    </li>
  );
}

/** Number of turns shown on a card. */
const SHOWN_PARTS = 12;

/** Number of characters shown per field: very long texts would slow the page. */
const SHOWN = 600;

function RowField({ name, value }: { name: string; value: string }) {
  const text = useText();
  return (
    <>
      <dt className={classes.name}>{name}</dt>
      <dd className={classes.value} dir="auto">
        {value === "" ? (
          <em>{text.data.emptyField}</em>
        ) : value.length > SHOWN ? (
          `${value.slice(0, SHOWN)}…`
        ) : (
          value
        )}
      </dd>
    </>
  );
}
