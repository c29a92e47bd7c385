import { NativeSelect } from "@mantine/core";
import type { Side } from "../../../shared/generation";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { adapterVoice, isSameVoice, mergedVoice } from "../../store/voices";
import { useText } from "../../text/text";

/** Chooses the voice of a side: the base model, an adapter, or a merged adapter. */
export function VoiceSelect({ side }: { side: Side }) {
  const text = useText();
  const { adapters, voice, locked, choose } = useStudio((state) => ({
    adapters: state.adapters,
    voice: state.voices[side],
    locked: isExcluded(state, "answer"),
    choose: state.chooseVoice,
  }));
  const choices = [
    { voice: null, label: text.compare.base },
    ...adapters.flatMap(({ id, name, merges }) => [
      { voice: adapterVoice(id), label: name },
      ...(merges ? [{ voice: mergedVoice(id), label: text.compare.merged(name) }] : []),
    ]),
  ];
  const chosen = choices.findIndex((choice) => isSameVoice(choice.voice, voice));
  const nobody = side === "after" && adapters.length === 0;
  return (
    <NativeSelect
      aria-label={side === "before" ? text.compare.leftSide : text.compare.rightSide}
      value={nobody ? "" : String(chosen)}
      disabled={locked || adapters.length === 0}
      data={
        nobody
          ? [{ value: "", label: text.compare.afterNobody }]
          : choices.map(({ label }, index) => ({ value: String(index), label }))
      }
      onChange={(event) => {
        choose(side, choices[Number(event.currentTarget.value)]?.voice ?? null);
      }}
    />
  );
}
