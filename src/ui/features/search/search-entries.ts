import { generationFields } from "../../../shared/generation";
import { methodSpecs } from "../../../shared/methods";
import { scoreFields } from "../../../shared/scores";
import { trainingFields } from "../../../shared/training";
import type { FieldValue } from "../../../shared/fields";
import { isTraining } from "../../store/jobs";
import { selectMethodValues, selectTrainBlock, selectTrainingValues } from "../../store/selectors";
import { scoreValues } from "../../store/scores-slice";
import type { StudioState } from "../../store/state";
import { STEPS, type StepId } from "../../store/steps";
import { generationValues } from "../../store/training-values";
import type { OptionText } from "../../text/option-texts";
import type { Text } from "../../text/text";

/** Something that the search finds: a field to go to, or a command to run. */
export interface SearchEntry {
  readonly id: string;
  readonly name: string;
  /** Where it is, or what it does. */
  readonly note: string;
  /** The field's present value. */
  readonly value: string | null;
  /** All words by which it is found. */
  readonly words: string;
  readonly go:
    | { readonly kind: "field"; readonly step: StepId; readonly field: string }
    | { readonly kind: "run"; readonly run: () => void };
}

/** Everything that can be searched: the fields of all forms, and commands. */
export function searchEntries(state: StudioState, text: Text): readonly SearchEntry[] {
  const method = methodSpecs[state.methodId];
  const forms = [
    form("train", trainingFields, text.trainingOptions, selectTrainingValues(state)),
    form("method", method.fields, text.methods[state.methodId].options, selectMethodValues(state)),
    form("compare", generationFields, text.answerOptions, generationValues(state.generationEdits)),
    form("compare", scoreFields, text.scoreOptions, scoreValues(state.scoreEdits)),
  ];
  return [...commands(state, text), ...forms.flatMap((entries) => entries(text))];
}

function form(
  step: StepId,
  fields: readonly { readonly name: string }[],
  texts: Readonly<Record<string, OptionText>>,
  values: Readonly<Record<string, FieldValue>>,
): (text: Text) => SearchEntry[] {
  return (text) =>
    fields.map(({ name }) => {
      const words = texts[name];
      const label = words?.label ?? name;
      const value = values[name];
      return {
        id: `${step}-${name}`,
        name: label,
        note: text.shell.steps[step],
        value:
          typeof value === "boolean"
            ? text.search.switched(value)
            : typeof value === "object"
              ? null
              : String(value),
        words: [label, name, words?.hint, text.shell.steps[step]].join(" "),
        go: { kind: "field", step, field: name },
      };
    });
}

function commands(state: StudioState, text: Text): SearchEntry[] {
  const command = (id: string, name: string, run: () => void, step?: StepId): SearchEntry => ({
    id,
    name,
    note: step ? text.search.openStep : text.search.command,
    value: null,
    words: name,
    go: { kind: "run", run },
  });
  const paused = state.runStatus === "paused";
  return [
    ...(isTraining(state)
      ? [
          paused
            ? command("resume", text.run.resume, () => void state.resume())
            : command("pause", text.run.pause, () => void state.pause()),
          command("stop", text.run.stop, state.stop),
        ]
      : selectTrainBlock(state) === null
        ? [command("train", text.run.train, () => void state.train())]
        : []),
    ...STEPS.map((step) =>
      command(
        `open-${step}`,
        text.shell.steps[step],
        () => {
          location.hash = step;
          state.openStep(step);
        },
        step,
      ),
    ),
    state.keepsStepsOpen
      ? command("open-one", text.shell.openOne, () => {
          state.openOneStep(state.openSteps[0] ?? "data");
        })
      : command("open-every", text.shell.openEvery, state.openEveryStep),
  ];
}

/** The entries that have all words of the query, those whose name begins with it first. */
export function findEntries(entries: readonly SearchEntry[], query: string): readonly SearchEntry[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = ({ name }: SearchEntry) => name.toLowerCase().startsWith(query.trim().toLowerCase());
  const found = entries.filter(({ words }) => {
    const lower = words.toLowerCase();
    return wanted.every((word) => lower.includes(word));
  });
  return [...found.filter(begins), ...found.filter((entry) => !begins(entry))];
}
