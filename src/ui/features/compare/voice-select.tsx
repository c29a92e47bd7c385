import { useMemo } from "react";
import { ChoiceSelect } from "../../components/choice-select";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { adapterVoice, isSameVoice, mergedVoice, selectSpeakers } from "../../store/voices";
import { useText } from "../../text/text";

/** Chooses the voice of a column: the base model, an adapter, or a merged adapter. */
export function VoiceSelect({ column }: { column: number }) {
  const text = useText();
  const { adapters, columns, voice, locked, choose } = useStudio((state) => ({
    adapters: selectSpeakers(state),
    columns: state.voices.length,
    voice: state.voices[column] ?? null,
    locked: isExcluded(state, "answer"),
    choose: state.chooseVoice,
  }));
  const choices = useMemo(
    () => [
      { voice: null, label: text.compare.base },
      ...adapters.flatMap(({ id, name, merges }) => [
        { voice: adapterVoice(id), label: name },
        ...(merges ? [{ voice: mergedVoice(id), label: text.compare.merged(name) }] : []),
      ]),
    ],
    [adapters, text],
  );
  const listed = useMemo(
    () => choices.map(({ label }, index) => ({ value: String(index), label })),
    [choices],
  );
  const chosen = choices.findIndex((choice) => isSameVoice(choice.voice, voice));
  const nobody = column > 0 && adapters.length === 0;
  const [left, right] = [text.compare.leftSide, text.compare.rightSide];
  const label = columns > 2 ? text.compare.columnVoice(column + 1) : column === 0 ? left : right;
  return (
    <ChoiceSelect
      label={label}
      value={nobody ? "" : String(chosen)}
      disabled={locked || adapters.length === 0}
      choices={nobody ? [{ value: "", label: text.compare.afterNobody }] : listed}
      onChange={(value) => {
        choose(column, choices[Number(value)]?.voice ?? null);
      }}
    />
  );
}
