import { Checkbox, Radio, TextInput } from "@mantine/core";
import { useState } from "react";
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

/** Number of choices shown besides the selected ones; the rest is found by search. */
const SHOWN = 20;

/** Chooses among the loaded model's trained adapters, with checkboxes or as a single choice. */
export function AdaptersField({ field, label, value, problem, hint, disabled, onChange }: Props) {
  const text = useText();
  const adapters = useStudio((state) => state.adapters);
  const [sought, setSought] = useState("");
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
  const found = find(choices, kept, sought);
  const search = choices.length > SHOWN && (
    <TextInput
      className={classes.search ?? ""}
      aria-label={text.method.findAdapter}
      placeholder={text.method.findAdapter}
      value={sought}
      disabled={disabled}
      onChange={(event) => {
        setSought(event.currentTarget.value);
      }}
    />
  );
  const hidden = choices.length - found.length;
  const more = hidden > 0 && <p className={classes.none}>{text.method.moreAdapters(hidden)}</p>;
  const none = choices.length === 0 && <p className={classes.none}>{text.method.noAdapters(titles)}</p>;
  if (field.max === 1) {
    return (
      <Radio.Group {...shared} value={kept[0] ?? null} onChange={onChange}>
        {search}
        <div className={classes.choices}>
          {found.map((choice) => (
            <Radio key={choice.value} {...choice} disabled={disabled} />
          ))}
        </div>
        {more}
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
      {search}
      <div className={classes.choices}>
        {found.map((choice) => (
          <Checkbox key={choice.value} {...choice} disabled={disabled} />
        ))}
      </div>
      {more}
      {none}
    </Checkbox.Group>
  );
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The chosen adapters, and a limited number of others whose names contain `sought`. */
function find(choices: readonly Choice[], chosen: readonly string[], sought: string): readonly Choice[] {
  if (choices.length <= SHOWN) return choices;
  const part = sought.trim().toLowerCase();
  const others = choices.filter(
    ({ value, label }) => !chosen.includes(value) && label.toLowerCase().includes(part),
  );
  return [...choices.filter(({ value }) => chosen.includes(value)), ...others.slice(0, SHOWN)];
}

const ORDER: ("label" | "input" | "description" | "error")[] = ["label", "input", "error", "description"];
