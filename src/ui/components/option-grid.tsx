import type { ReactNode } from "react";
import { defined } from "../../lib/invariant";
import type { Field, FieldValue, FieldValues } from "../../shared/fields";
import { isShown, type FieldProblems } from "../store/training-values";
import type { OptionText } from "../text/option-texts";
import { useText } from "../text/text";
import { Fold } from "./fold";
import { OptionField } from "./option-field";
import classes from "./option-grid.module.css";

interface Props {
  readonly fields: readonly Field[];
  readonly values: FieldValues;
  readonly problems: FieldProblems;
  /** Texts of each field, by name. */
  readonly texts: Readonly<Record<string, OptionText>>;
  readonly showHints: boolean;
  readonly disabled?: boolean;
  /** Title of the section that holds advanced fields; without it all fields are shown. */
  readonly foldTitle?: string;
  /** Opens that section. */
  readonly foldOpen?: boolean;
  readonly onChange: (name: string, value: FieldValue) => void;
  /** Content below a field, such as suggestions. */
  readonly below?: Readonly<Record<string, ReactNode>>;
}

/** A form generated from field definitions, in as many columns as fit. */
export function OptionGrid(props: Props) {
  const { fields, values, foldTitle } = props;
  const shown = fields.filter((field) => isShown(field, values));
  const folded = foldTitle === undefined ? [] : shown.filter((field) => field.level === "advanced");
  const open = shown.filter((field) => !folded.includes(field));
  return (
    <>
      <Cells {...props} fields={open} />
      {folded.length > 0 && (
        <Fold title={foldTitle} open={props.foldOpen ?? false}>
          <Cells {...props} fields={folded} />
        </Fold>
      )}
    </>
  );
}

function Cells(props: Props) {
  return (
    <div className={classes.grid}>
      {props.fields.map((field) => (
        <Cell key={field.name} {...props} field={field} />
      ))}
    </div>
  );
}

function Cell({
  field,
  values,
  problems,
  texts,
  showHints,
  disabled,
  onChange,
  below,
}: Props & { field: Field }) {
  const text = useText();
  const { name } = field;
  const words = defined(texts[name], `the text of ${name}`);
  const problem = problems[name];
  return (
    <div className={classes.cell} data-field={name} data-span={spanOf(field, words)}>
      <OptionField
        field={field}
        words={words}
        value={values[name] ?? field.default}
        problem={problem && text.fieldProblem(problem, words.label ?? name)}
        showHint={showHints}
        disabled={disabled ?? false}
        onChange={(value) => {
          onChange(name, value);
        }}
      />
      {below?.[name]}
    </div>
  );
}

/** How many columns a field spans: switches with hints read best on a line of their own. */
function spanOf(field: Field, { choices = {} }: OptionText): "all" | "row" | "two" | undefined {
  if (field.type === "boolean") return "all";
  if (field.type === "select")
    return Object.values(choices).some((label) => label.length > 20) ? "two" : undefined;
  if (field.type === "modules" || field.type === "adapters") return "row";
  return field.type === "patterns" || field.type === "text" ? "two" : undefined;
}
