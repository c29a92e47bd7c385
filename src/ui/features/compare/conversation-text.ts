import type { AdapterSummary } from "../../../shared/adapter";
import type { Turn } from "../../store/state";
import type { Text } from "../../text/text";
import { voiceName } from "./voice-names";

/** The conversation as plain text, with the answers below each question. */
export function conversationText(
  turns: readonly Turn[],
  adapters: readonly AdapterSummary[],
  text: Text,
): string {
  return turns
    .map(({ question, answers }) =>
      [
        text.compare.said(text.compare.you, question),
        ...answers.map(({ voice, answer }) =>
          text.compare.said(voiceName(voice, adapters, text), answer.text),
        ),
      ].join("\n"),
    )
    .join("\n\n");
}
