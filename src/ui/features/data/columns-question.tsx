import { Button, Checkbox, NativeSelect, Textarea } from "@mantine/core";
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
  const [template, setTemplate] = useState("");
  const complete = roles.text !== undefined || roles.output !== undefined || template.trim() !== "";
  const nameOf = (column: string): string => (isNumbered ? text.data.columnNumber(column) : column);
  return (
    <section className={classes.question} aria-labelledby={title}>
      <h3 id={title} className={classes.title}>
        {text.data.columns}
      </h3>
      <p className={classes.hint}>{text.data.columnsHint}</p>
      <ColumnList columns={columns} nameOf={nameOf} />
      <ColumnRoles columns={columns} nameOf={nameOf} roles={roles} onChange={setRoles} />
      <Textarea
        className={classes.template ?? ""}
        label={text.data.columnTemplate}
        description={text.data.columnTemplateHint}
        inputWrapperOrder={["label", "input", "description"]}
        placeholder={columns.map(({ column }) => `{${column}}`).join("\n")}
        value={template}
        autosize
        minRows={2}
        maxRows={10}
        onChange={(event) => {
          setTemplate(event.currentTarget.value);
        }}
      />
      {template.trim() !== "" && <p className={classes.preview}>{example(template, columns)}</p>}
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
        onClick={() => {
          const more = {
            ...(template.trim() === "" ? {} : { template }),
            ...(isNumbered ? { headings } : {}),
          };
          void readAnew({ columns: { roles, ...more } });
        }}
      >
        {text.data.useColumns}
      </Button>
    </section>
  );
}

interface ColumnsProps {
  readonly columns: readonly StrangeColumn[];
  readonly nameOf: (column: string) => string;
}

/** The columns, each with an example value. */
function ColumnList({ columns, nameOf }: ColumnsProps) {
  const text = useText();
  return (
    <ul className={classes.columns}>
      {columns.map(({ column, example }) => (
        <li key={column}>
          <span className={classes.column}>{nameOf(column)}</span>
          <span className={classes.example}>{example === "" ? text.data.emptyField : example}</span>
        </li>
      ))}
    </ul>
  );
}

type Roles = ReturnType<typeof proposedColumns>;

interface RolesProps extends ColumnsProps {
  readonly roles: Roles;
  readonly onChange: (roles: Roles) => void;
}

/** A choice of column for each role. */
function ColumnRoles({ columns, nameOf, roles, onChange }: RolesProps) {
  const text = useText();
  const choose = (role: ColumnRole, column: string): void => {
    const { [role]: _before, ...others } = roles;
    onChange(column === "" ? others : { ...others, [role]: column });
  };
  return (
    <div className={classes.roles}>
      {COLUMN_ROLES.map((role) => (
        <NativeSelect
          key={role}
          label={text.data.columnFor(role)}
          value={roles[role] ?? ""}
          data={[
            { value: "", label: text.data.noColumn },
            ...columns.map(({ column }) => ({ value: column, label: nameOf(column) })),
          ]}
          onChange={(event) => {
            choose(role, event.currentTarget.value);
          }}
        />
      ))}
    </div>
  );
}

/** The template with the columns' examples in it. */
function example(template: string, columns: readonly StrangeColumn[]): string {
  const examples = new Map(columns.map(({ column, example: value }) => [column, value]));
  return template.replace(/\{([^{}]+)\}/g, (whole, column: string) => examples.get(column) ?? whole);
}
