import { NativeSelect } from "@mantine/core";
import type { Side } from "../../../shared/generation";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { mergedVoice } from "../../store/voices";
import { useText } from "../../text/text";

/** The option of the base model; adapters have their ids. */
const BASE = "base";

/** Who answers on one side: the base model, any adapter of it, or the model with one merged into its weights. */
export function VoiceSelect({ side }: { side: Side }) {
  const text = useText();
  const { adapters, voice, locked, choose } = useStudio((state) => ({
    adapters: state.adapters,
    voice: state.voices[side],
    locked: isExcluded(state, "answer"),
    choose: state.chooseVoice,
  }));
  const nobody = side === "after" && adapters.length === 0;
  return (
    <NativeSelect
      aria-label={side === "before" ? text.compare.leftSide : text.compare.rightSide}
      value={nobody ? "" : (voice ?? BASE)}
      disabled={locked || adapters.length === 0}
      data={
        nobody
          ? [{ value: "", label: text.compare.afterNobody }]
          : [
              { value: BASE, label: text.compare.base },
              ...adapters.flatMap(({ id, name, merges }) => [
                { value: id, label: name },
                ...(merges ? [{ value: mergedVoice(id), label: text.compare.merged(name) }] : []),
              ]),
            ]
      }
      onChange={(event) => {
        const { value } = event.currentTarget;
        choose(side, value === BASE ? null : value);
      }}
    />
  );
}
