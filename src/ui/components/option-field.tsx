import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Field, FieldValue } from "../../shared/fields";
import type { OptionText } from "../text/option-texts";
import { AdaptersField } from "./adapters-field";
import { formatTyped, parseTyped } from "../lib/typed-number";
import { TermLabel } from "./term";

interface Props {
  readonly field: Field;
  readonly words: OptionText;
  readonly value: FieldValue;
  readonly problem: string | undefined;
  readonly showHint: boolean;
  readonly disabled?: boolean;
  readonly onChange: (value: FieldValue) => void;
}

/** A form control for one field; its label is the accessible name, its hint the description. */
export function OptionField({ field, words, value, problem, showHint, disabled = false, onChange }: Props) {
  const label = words.label ?? field.name;
  const shownLabel = <TermLabel field={field.name} label={label} />;
  const description = showHint ? { description: words.hint } : {};
  const error = problem === undefined ? {} : { error: problem };
  if (field.type === "boolean") {
    return (
      <Checkbox
        label={label}
        checked={value === true}
        disabled={disabled}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
        {...description}
        {...error}
      />
    );
  }
  if (field.type === "adapters") {
    return (
      <AdaptersField
        field={field}
        label={label}
        value={value}
        problem={problem}
        hint={showHint ? words.hint : null}
        disabled={disabled}
        onChange={onChange}
      />
    );
  }
  if (field.type === "select") {
    return (
      <NativeSelect
        label={shownLabel}
        value={String(value)}
        data={field.choices.map((choice) => ({ value: choice, label: words.choices?.[choice] ?? choice }))}
        disabled={disabled}
        inputWrapperOrder={ORDER}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
        {...description}
        {...error}
      />
    );
  }
  const isNumber = field.type === "integer" || field.type === "number";
  return (
    <DraftInput
      label={shownLabel}
      shown={typeof value === "number" ? formatTyped(value) : String(value)}
      numeric={isNumber}
      placeholder={words.placeholder}
      description={showHint ? words.hint : undefined}
      problem={problem}
      disabled={disabled}
      onChange={(typed) => {
        onChange(isNumber ? (parseTyped(typed) ?? typed) : typed);
      }}
    />
  );
}

const ORDER: ("label" | "input" | "description" | "error")[] = ["label", "input", "error", "description"];

interface DraftProps {
  readonly label: ReactNode;
  readonly shown: string;
  readonly numeric: boolean;
  readonly placeholder: string | undefined;
  readonly description: string | undefined;
  readonly problem: string | undefined;
  readonly disabled: boolean;
  readonly onChange: (typed: string) => void;
}

/** A text input that keeps a draft ("2e-") while focused and normalises the value on blur. */
function DraftInput({
  label,
  shown,
  numeric,
  placeholder,
  description,
  problem,
  disabled,
  onChange,
}: DraftProps) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <TextInput
      label={label}
      value={draft ?? shown}
      disabled={disabled}
      inputMode={numeric ? "decimal" : "text"}
      autoComplete="off"
      spellCheck={false}
      inputWrapperOrder={ORDER}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        onChange(event.currentTarget.value);
      }}
      onBlur={() => {
        setDraft(null);
      }}
      {...(placeholder === undefined ? {} : { placeholder })}
      {...(description === undefined ? {} : { description })}
      {...(problem === undefined ? {} : { error: problem })}
    />
  );
}
