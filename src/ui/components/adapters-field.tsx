import { Checkbox, Radio } from "@mantine/core";
import {
  type AdaptersField as Spec,
  chosenAdapters,
  type FieldValue,
  expertHolder,
} from "../../shared/fields";
import { METHOD_IDS } from "../../shared/methods";
import { useStudio } from "../store/context";
import { useText } from "../text/text";
import classes from "./adapters-field.module.css";

interface Props {
  readonly field: Spec;
  readonly label: string;
  readonly value: FieldValue;
  readonly problem: string | undefined;
  /** Null if hints are hidden. */
  readonly hint: string | null;
  readonly disabled: boolean;
  readonly onChange: (value: FieldValue) => void;
}

/** Chooses among the loaded model's trained adapters, with checkboxes or as a single choice. */
export function AdaptersField({ field, label, value, problem, hint, disabled, onChange }: Props) {
  const text = useText();
  const adapters = useStudio((state) => state.adapters);
  const fitting = adapters.filter(({ method }) => field.methods.includes(method.id));
  const holder = adapters.find(({ id }) => id === expertHolder(value));
  const titles = METHOD_IDS.filter((id) => field.methods.includes(id)).map((id) => text.methods[id].title);
  const choices = [
    ...(holder ? [{ value: holder.id, label: text.method.expertsWithin(holder.name) }] : []),
    ...fitting.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const chosen = holder ? [holder.id] : chosenAdapters(value);
  const kept = chosen.filter((id) => choices.some((choice) => choice.value === id));
  const shared = {
    label,
    inputWrapperOrder: ORDER,
    ...(hint === null ? {} : { description: hint }),
    ...(problem === undefined ? {} : { error: problem }),
  };
  const none = choices.length === 0 && <p className={classes.none}>{text.method.noAdapters(titles)}</p>;
  if (field.max === 1) {
    return (
      <Radio.Group {...shared} value={kept[0] ?? null} onChange={onChange}>
        <div className={classes.choices}>
          {choices.map((choice) => (
            <Radio key={choice.value} {...choice} disabled={disabled} />
          ))}
        </div>
        {none}
      </Radio.Group>
    );
  }
  return (
    <Checkbox.Group
      {...shared}
      value={kept}
      onChange={(ids) => {
        // Experts stored inside another adapter cannot be combined with others.
        onChange(ids.filter((id) => id !== holder?.id).join(","));
      }}
    >
      <div className={classes.choices}>
        {choices.map((choice) => (
          <Checkbox key={choice.value} {...choice} disabled={disabled} />
        ))}
      </div>
      {none}
    </Checkbox.Group>
  );
}

const ORDER: ("label" | "input" | "description" | "error")[] = ["label", "input", "error", "description"];
