import type { TemplateId } from "../../spec/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { chatParts } from "./chat-template";
import { answerText, promptText, templateText, type TextPart } from "./parts";
import type { Conversation, Turn } from "./turns";

/** Renders a conversation as parts, in order; an open question ends with the words in front of the answer. */
export function renderConversation(
  conversation: Conversation,
  templateId: TemplateId,
  tokenizer: Tokenizer,
): TextPart[] {
  const parts =
    templateId === "chat"
      ? chatParts(conversation, tokenizer)
      : plainParts(conversation, plainTemplates[templateId]);
  return parts.filter(({ text, endsAnswer }) => text !== "" || endsAnswer);
}

/** The parts of a question up to where its answer begins. */
type PlainTemplate = (turn: Turn, isFirst: boolean) => TextPart[];

const plainTemplates: Readonly<Record<Exclude<TemplateId, "chat">, PlainTemplate>> = {
  alpaca: alpacaQuestion,
  "human-assistant": humanQuestion,
  "instruction-answer": instructionQuestion,
};

/** Plain templates know no system role: its text stands in front of the first question. */
function plainParts({ system, turns }: Conversation, question: PlainTemplate): TextPart[] {
  const opening = system ? [promptText(system), templateText("\n\n")] : [];
  const rendered = turns.flatMap((turn, index) => [
    ...(index > 0 ? [templateText("\n\n")] : []),
    ...question(turn, index === 0),
    ...(turn.answer === null ? [] : [answerText(turn.answer)]),
  ]);
  return [...opening, ...rendered];
}

const ALPACA_WITH_INPUT =
  "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n";
const ALPACA_WITHOUT_INPUT =
  "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n";

/** The prompt of Stanford Alpaca's train.py, in both its forms; later turns leave the opening out. */
function alpacaQuestion({ instruction, input }: Turn, isFirst: boolean): TextPart[] {
  const opening = input ? ALPACA_WITH_INPUT : ALPACA_WITHOUT_INPUT;
  return [
    templateText(`${isFirst ? opening : ""}### Instruction:\n`),
    promptText(instruction),
    ...(input ? [templateText("\n\n### Input:\n"), promptText(input)] : []),
    templateText("\n\n### Response:"),
  ];
}

/**
 * "Human: …" and "Assistant: …" with a blank line between. The question is stripped together with the word in front of
 * it, so that only space at its end goes, as in the scripts that this form comes from.
 */
function humanQuestion({ instruction, input }: Turn): TextPart[] {
  const [opening = "", ...question] = `Human: ${instruction}\n${input}`.trim().split(/(?<=^Human: )/);
  return [templateText(opening), promptText(question.join("")), templateText("\n\nAssistant: ")];
}

/** "Instruction: …", "Input: …" where there is one, "Answer: …", a line each. */
function instructionQuestion({ instruction, input }: Turn): TextPart[] {
  return [
    templateText("Instruction: "),
    promptText(instruction),
    ...(input ? [templateText("\nInput: "), promptText(input)] : []),
    templateText("\nAnswer: "),
  ];
}
