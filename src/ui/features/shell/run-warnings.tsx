import { Anchor, Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { revealField } from "../../lib/reveal";
import { useStudio } from "../../store/context";
import { selectTrainWarnings, trainingInputs, type TrainWarning } from "../../store/selectors";
import type { StepId } from "../../store/steps";
import { trainingFixOf } from "../../store/warning-fixes";
import { type Text, useText } from "../../text/text";
import classes from "./run-warnings.module.css";

/** Warnings before a run: each links to its field, with a button if one change fixes it. */
export function RunWarnings() {
  const text = useText();
  const { edit } = useStudio((state) => ({ edit: state.editTraining }));
  const inputs = useStudio((state) => ({ ...trainingInputs(state), environment: state.environment }));
  const warnings = selectTrainWarnings(inputs);
  return (
    // There before its content, which is then read out.
    <section className={classes.warnings} aria-label={text.train.warnings} aria-live="polite">
      {warnings.length > 0 && (
        <ul className={classes.list}>
          {warnings.map((warning) => {
            const fix = trainingFixOf(warning, inputs);
            return (
              <li key={warning.kind} className={classes.warning}>
                <IconAlertTriangle size={16} aria-hidden className={classes.icon} />
                <span>
                  {warningSentence(warning, text)} <FieldLink warning={warning} />
                  {fix && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      className={classes.fix ?? ""}
                      onClick={() => {
                        edit(fix.field, fix.value);
                      }}
                    >
                      {text.train.fix(text.trainingOptions[fix.field].label, fix.value)}
                    </Button>
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** Location of a warning's field. */
const PLACES: Readonly<Partial<Record<TrainWarning["kind"], readonly [StepId, string | null]>>> = {
  "rate-high": ["train", "learningRate"],
  "rate-low": ["train", "learningRate"],
  "no-validation": ["train", "validationSplit"],
  truncated: ["train", "maxLength"],
  "end-cut": ["train", "maxLength"],
  "no-end-token": ["data", null],
  "in-bytes": ["model", null],
  excluded: ["data", null],
};

function FieldLink({ warning }: { readonly warning: TrainWarning }) {
  const text = useText();
  const [step, field] = PLACES[warning.kind] ?? [];
  if (!step) return null;
  const name = Object.entries(text.trainingOptions).find(([known]) => known === field)?.[1].label;
  return (
    <Anchor
      href={`#${step}`}
      className={classes.link ?? ""}
      onClick={() => {
        if (field) revealField(step, field);
      }}
    >
      {name ?? text.shell.steps[step]}
    </Anchor>
  );
}

function warningSentence(warning: TrainWarning, text: Text): string {
  const sentences = text.train.warning;
  switch (warning.kind) {
    case "rate-high":
    case "rate-low":
      return sentences[warning.kind](warning.low, warning.high);
    case "in-bytes":
      return sentences["in-bytes"](warning.builtIn);
    case "truncated":
    case "end-cut":
      return sentences[warning.kind](warning.rows, warning.of);
    case "excluded": {
      const { rows, of, reason } = warning;
      return sentences.excluded(rows, of, reason ? text.problem(reason).what : "");
    }
    default:
      return sentences[warning.kind];
  }
}
