import type { ReactNode } from "react";
import type { Problem } from "../../lib/problems/problem";
import type { Field, FieldValue, FieldValues } from "../../shared/fields";
import { isShown, type FieldProblems } from "../store/training-values";
import { useText } from "../text/text";
import { Fold } from "./fold";
import { OptionField } from "./option-field";
import classes from "./option-grid.module.css";

interface Props {
  readonly fields: readonly Field[];
  readonly values: FieldValues;
  readonly problems: FieldProblems;
  readonly labels?: Readonly<Record<string, string>>;
  readonly showHints: boolean;
  readonly disabled?: boolean;
  /** The line under which advanced fields are folded; without it all are shown. */
  readonly foldTitle?: string;
  readonly onChange: (name: string, value: FieldValue) => void;
  /** What stands under a field, such as suggestions for it. */
  readonly below?: Readonly<Record<string, ReactNode>>;
}

/** A form rendered from its fields, in as many columns as fit. */
export function OptionGrid(props: Props) {
  const { fields, values, foldTitle } = props;
  const shown = fields.filter((field) => isShown(field, values));
  const folded = foldTitle === undefined ? [] : shown.filter((field) => field.level === "advanced");
  const open = shown.filter((field) => !folded.includes(field));
  return (
    <>
      <Cells {...props} fields={open} />
      {folded.length > 0 && (
        <Fold title={foldTitle}>
          <Cells {...props} fields={folded} />
        </Fold>
      )}
    </>
  );
}

function Cells({ fields, values, problems, labels, showHints, disabled, onChange, below }: Props) {
  const text = useText();
  const worded = (problem: string | Problem | undefined): string | undefined => {
    if (typeof problem !== "object") return problem;
    const { what, advice } = text.problem(problem);
    return `${what} ${advice}`;
  };
  return (
    <div className={classes.grid}>
      {fields.map((field) => (
        <div key={field.name} className={classes.cell} data-span={spanOf(field)}>
          <OptionField
            field={field}
            label={labels?.[field.name] ?? field.name}
            value={values[field.name] ?? field.default}
            problem={worded(problems[field.name])}
            showHint={showHints}
            disabled={disabled ?? false}
            onChange={(value) => {
              onChange(field.name, value);
            }}
          />
          {below?.[field.name]}
        </div>
      ))}
    </div>
  );
}

/** How many columns a field takes: a switch with its hint reads best as a line of its own. */
function spanOf(field: Field): "all" | "row" | "two" | undefined {
  if (field.type === "boolean") return "all";
  if (field.type === "select")
    return field.choices.some(({ label }) => label.length > 20) ? "two" : undefined;
  if (field.type === "modules" || field.type === "adapters") return "row";
  return field.type === "patterns" || field.type === "text" ? "two" : undefined;
}
