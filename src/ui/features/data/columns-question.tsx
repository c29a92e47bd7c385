import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useId, useState } from "react";
import type { StrangeColumn } from "../../../lib/problems/data-problems";
import { COLUMN_ROLES, type ColumnRole } from "../../../shared/data";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import { proposedColumns } from "./proposed-columns";
import classes from "./reading-question.module.css";

/**
 * Asks for the roles of a file's columns, showing an example value of each; initial choices are guessed from the column
 * names.
 */
export function ColumnsQuestion({ columns }: { columns: readonly StrangeColumn[] }) {
  const text = useText();
  const title = useId();
  const { busy, readAnew } = useStudio((state) => ({
    busy: isExcluded(state, "import-dataset"),
    readAnew: state.reread,
  }));
  const isNumbered = columns.every(({ column }, index) => column === String(index + 1));
  const [roles, setRoles] = useState(() => proposedColumns(columns));
  const [headings, setHeadings] = useState(!isNumbered);
  const complete = roles.text !== undefined || roles.output !== undefined;
  const choose = (role: ColumnRole, column: string): void => {
    const { [role]: _before, ...others } = roles;
    setRoles(column === "" ? others : { ...others, [role]: column });
  };
  return (
    <section className={classes.question} aria-labelledby={title}>
      <h3 id={title} className={classes.title}>
        {text.data.columns}
      </h3>
      <p className={classes.hint}>{text.data.columnsHint}</p>
      <ul className={classes.columns}>
        {columns.map(({ column, example }) => (
          <li key={column}>
            <span className={classes.column}>{isNumbered ? text.data.columnNumber(column) : column}</span>
            <span className={classes.example}>{example === "" ? text.data.emptyField : example}</span>
          </li>
        ))}
      </ul>
      <div className={classes.roles}>
        {COLUMN_ROLES.map((role) => (
          <NativeSelect
            key={role}
            label={text.data.columnFor(role)}
            value={roles[role] ?? ""}
            data={[
              { value: "", label: text.data.noColumn },
              ...columns.map(({ column }) => ({
                value: column,
                label: isNumbered ? text.data.columnNumber(column) : column,
              })),
            ]}
            onChange={(event) => {
              choose(role, event.currentTarget.value);
            }}
          />
        ))}
      </div>
      {isNumbered && (
        <Checkbox
          label={text.data.headings}
          checked={headings}
          onChange={(event) => {
            setHeadings(event.currentTarget.checked);
          }}
        />
      )}
      <Button
        disabled={busy || !complete}
        onClick={() => void readAnew({ columns: { roles, ...(isNumbered ? { headings } : {}) } })}
      >
        {text.data.useColumns}
      </Button>
    </section>
  );
}
