import { NativeSelect, Select } from "@mantine/core";
import { useText } from "../text/text";
import classes from "./choice-select.module.css";

/** From this many choices on, a searchable field replaces the browser's own list. */
const MANY = 40;
/** Maximum number of choices rendered at a time. */
const SHOWN = 50;

interface Props {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}

/** A select: the browser's own for few choices, a searchable field for many. */
export function ChoiceSelect({ label, value, choices, disabled, onChange }: Props) {
  const text = useText().shell.choices;
  if (choices.length < MANY) {
    return (
      <NativeSelect
        aria-label={label}
        value={value}
        disabled={disabled}
        data={[...choices]}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
    );
  }
  return (
    <Select
      aria-label={label}
      value={value}
      disabled={disabled}
      data={[...choices]}
      searchable
      limit={SHOWN}
      allowDeselect={false}
      withScrollArea={false}
      classNames={{ dropdown: classes.dropdown ?? "" }}
      nothingFoundMessage={text.nothing}
      onFocus={(event) => {
        event.currentTarget.select();
      }}
      onChange={(chosen) => {
        if (chosen !== null) onChange(chosen);
      }}
    />
  );
}
