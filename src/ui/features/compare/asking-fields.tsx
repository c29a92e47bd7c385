import { Checkbox, Textarea } from "@mantine/core";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";

/** System text and stop conditions. */
export function AskingFields() {
  const text = useText();
  const { system, stops, loops, hints, edit } = useStudio((state) => ({
    system: state.systemPrompt,
    stops: state.stopText,
    loops: state.endLoops,
    hints: state.showHints,
    edit: state.editAsking,
  }));
  const fields = [
    {
      name: "systemPrompt",
      label: text.compare.system,
      value: system,
      hint: text.compare.systemHint,
      placeholder: text.compare.systemPlaceholder,
    },
    {
      name: "stopText",
      label: text.compare.stops,
      value: stops,
      hint: text.compare.stopsHint,
      placeholder: text.compare.stopsPlaceholder,
    },
  ] as const;
  return (
    <div className={classes.asking}>
      {fields.map(({ name, label, value, hint, placeholder }) => (
        <Textarea
          key={name}
          label={label}
          value={value}
          placeholder={placeholder}
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={name === "systemPrompt"}
          inputWrapperOrder={["label", "input", "error", "description"]}
          onChange={(event) => {
            edit({ [name]: event.currentTarget.value });
          }}
          {...(hints ? { description: hint } : {})}
        />
      ))}
      <Checkbox
        label={text.compare.endLoops}
        checked={loops}
        onChange={(event) => {
          edit({ endLoops: event.currentTarget.checked });
        }}
      />
    </div>
  );
}
