import { ActionIcon } from "@mantine/core";
import {
  IconRowInsertBottom,
  IconThumbDown,
  IconThumbDownFilled,
  IconThumbUp,
  IconThumbUpFilled,
} from "@tabler/icons-react";
import { useStudio } from "../../store/context";
import type { Thumb } from "../../../shared/ratings";
import { useText } from "../../text/text";

const THUMBS = [
  { thumb: "up", Off: IconThumbUp, On: IconThumbUpFilled },
  { thumb: "down", Off: IconThumbDown, On: IconThumbDownFilled },
] as const;

interface Props {
  readonly turnId: string;
  /** Index of the answer in the turn. */
  readonly index: number;
  readonly name: string;
  readonly onKeep: () => void;
}

/** Rates an answer, and saves it as a dataset row. */
export function AnswerActions({ turnId, index, name, onKeep }: Props) {
  const text = useText();
  const { thumb, rate } = useStudio((state) => ({
    thumb: state.ratings.find(({ id }) => id === turnId)?.answers[index]?.thumb ?? null,
    rate: state.rate,
  }));
  const labels: Record<Thumb, string> = { up: text.ratings.good(name), down: text.ratings.bad(name) };
  const keep = text.ratings.keep(name);
  return (
    <>
      {THUMBS.map(({ thumb: value, Off, On }) => {
        const isOn = thumb === value;
        const Icon = isOn ? On : Off;
        return (
          <ActionIcon
            key={value}
            variant="subtle"
            color={isOn ? "" : "gray"}
            aria-label={labels[value]}
            title={labels[value]}
            aria-pressed={isOn}
            onClick={() => void rate(turnId, index, isOn ? null : value)}
          >
            <Icon size={16} aria-hidden />
          </ActionIcon>
        );
      })}
      <ActionIcon variant="subtle" color="gray" aria-label={keep} title={keep} onClick={onKeep}>
        <IconRowInsertBottom size={16} aria-hidden />
      </ActionIcon>
    </>
  );
}
