import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { type Text, useText } from "../text/text";
import classes from "./term.module.css";

export type TermId = keyof Text["glossary"];

interface Props {
  readonly id: TermId;
  /** False within a label, where the field itself takes the focus and its hint explains it. */
  readonly focusable?: boolean;
  readonly children: ReactNode;
}

/** A word of the glossary, explained on hover and focus. */
export function Term({ id, focusable = true, children }: Props) {
  const text = useText();
  return (
    <Tooltip
      multiline
      maw={300}
      openDelay={200}
      events={{ hover: true, focus: true, touch: focusable }}
      label={text.glossary[id]}
    >
      <span className={classes.term} {...(focusable && { tabIndex: 0, role: "term" })}>
        {children}
      </span>
    </Tooltip>
  );
}

/** The glossary's words for fields, by their names. */
const FIELD_TERMS: Readonly<Partial<Record<string, TermId>>> = {
  epochs: "epoch",
  maxSteps: "step",
  batchSize: "batch",
  learningRate: "learningRate",
  maxLength: "maxLength",
  validationSplit: "validation",
  maxGradNorm: "gradientNorm",
  seed: "seed",
  temperature: "temperature",
  r: "rank",
  lora_alpha: "alpha",
  alpha: "alpha",
  lora_dropout: "dropout",
};

/** A field's label, with its word explained if the glossary has it. */
export function TermLabel({ field, label }: { readonly field: string; readonly label: string }) {
  const id = FIELD_TERMS[field];
  return id ? (
    <Term id={id} focusable={false}>
      {label}
    </Term>
  ) : (
    label
  );
}
