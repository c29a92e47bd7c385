import type { AdapterSummary } from "../../../shared/adapter";
import type { Turn } from "../../store/state";
import type { Text } from "../../text/text";
import { voiceName } from "./side-names";

/** The conversation as plain text, with both answers below each question. */
export function conversationText(
  turns: readonly Turn[],
  adapters: readonly AdapterSummary[],
  text: Text,
): string {
  return turns
    .map(({ question, voices, before, after }) =>
      [
        text.compare.said(text.compare.you, question),
        text.compare.said(voiceName(voices.before, adapters, text), before.text),
        ...(after ? [text.compare.said(voiceName(voices.after, adapters, text), after.text)] : []),
      ].join("\n"),
    )
    .join("\n\n");
}
