import { pythonStrip } from "../../lib/python-text";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { renderChat } from "./chat-template";
import {
  answerParts,
  NO_NOTES,
  promptText,
  type Rendering,
  templateText,
  type TextPart,
  withoutEmpty,
} from "./rendering";
import { type Answer, type Conversation, isOpen, joinedQuestion, type Question, type Turn } from "./turns";
import type { PlainTemplateId } from "../../shared/data";
import type { RenderingId } from "./prompt-template";

/** Renders a conversation; an unanswered question ends with the prompt for the answer. */
export function renderConversation(
  conversation: Conversation,
  templateId: RenderingId,
  tokenizer: Tokenizer,
): Rendering {
  if (templateId === "chat") return renderChat(conversation, tokenizer);
  const template = plainTemplates[templateId];
  return {
    parts: withoutEmpty(plainParts(conversation, template, tokenizer)),
    isOpen: isOpen(conversation),
    endIds: tokenizer.eosIds,
    answerLead: template.lead,
    notes: { ...NO_NOTES, toolsLeftOut: conversation.tools.length > 0 },
  };
}

interface PlainTemplate {
  /** Parts of a question up to the start of its answer. */
  readonly question: (turn: Question, isFirst: boolean) => TextPart[];
  /**
   * Space before answers. It is part of the answer, since most tokenizers merge it with the following word: a prompt
   * ending with the space would be tokenized differently than in training.
   */
  readonly lead: string;
}

const plainTemplates: Readonly<Record<PlainTemplateId, PlainTemplate>> = {
  alpaca: { question: alpacaQuestion, lead: "" },
  "human-assistant": { question: humanQuestion, lead: " " },
  "instruction-answer": { question: instructionQuestion, lead: " " },
  plain: { question: plainQuestion, lead: "" },
};

/** Plain templates have no system role: system texts precede the next question. */
function plainParts(
  { system, turns }: Conversation,
  { question, lead }: PlainTemplate,
  tokenizer: Tokenizer,
): TextPart[] {
  const opening = system ? [promptText(system), templateText("\n\n")] : [];
  const write = (turn: Turn, index: number): TextPart[] => {
    switch (turn.role) {
      case "assistant":
        return plainAnswer(turn, lead, tokenizer);
      case "user":
        return question(turn, index === 0);
      default:
        return [promptText(turn.text)];
    }
  };
  const rendered = turns.flatMap((turn, index) => {
    const isNew = index > 0 && turn.role !== "assistant";
    return [...(isNew ? [templateText("\n\n")] : []), ...write(turn, index)];
  });
  return [...opening, ...rendered];
}

/** An answer and its end token. */
function plainAnswer(
  { text, learned, masksThoughts }: Answer,
  lead: string,
  tokenizer: Tokenizer,
): TextPart[] {
  const parts = answerParts(text, learned, masksThoughts);
  return [{ ...templateText(lead), learned }, ...parts, ...endToken(learned, tokenizer)];
}

/** The end token as text, or by id if its text would be tokenized differently. */
function endToken(learned: boolean, tokenizer: Tokenizer): TextPart[] {
  const { eosId } = tokenizer;
  if (eosId === null) return [];
  const text = tokenizer.tokenText(eosId);
  const ids = tokenizer.encode(text, { addSpecialTokens: false });
  const isSpelled = ids.length === 1 && ids[0] === eosId;
  const spelling = isSpelled ? { text } : { text: "", id: eosId };
  return [{ ...spelling, part: "template", learned, isEnd: true }];
}

const ALPACA_WITH_INPUT =
  "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n";
const ALPACA_WITHOUT_INPUT =
  "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n";

/** Stanford Alpaca's prompt (train.py), with and without input; later turns omit the preamble. */
function alpacaQuestion({ text, input }: Question, isFirst: boolean): TextPart[] {
  const opening = input ? ALPACA_WITH_INPUT : ALPACA_WITHOUT_INPUT;
  return [
    templateText(`${isFirst ? opening : ""}### Instruction:\n`),
    promptText(text),
    ...(input ? [templateText("\n\n### Input:\n"), promptText(input)] : []),
    templateText("\n\n### Response:"),
  ];
}

/**
 * "Human: …" and "Assistant: …" separated by a blank line. As in the scripts that use this format, the question is
 * stripped together with its prefix, so only trailing whitespace is removed.
 */
function humanQuestion({ text, input }: Question): TextPart[] {
  const [opening = "", ...question] = pythonStrip(`Human: ${text}\n${input}`).split(/(?<=^Human: )/);
  return [templateText(opening), promptText(question.join("")), templateText("\n\nAssistant:")];
}

/** "Instruction: …", optionally "Input: …", and "Answer: …", one per line. */
function instructionQuestion({ text, input }: Question): TextPart[] {
  return [
    templateText("Instruction: "),
    promptText(text),
    ...(input ? [templateText("\nInput: "), promptText(input)] : []),
    templateText("\nAnswer:"),
  ];
}

/** The question as it is, then the answer on the next line. */
function plainQuestion(turn: Question): TextPart[] {
  return [promptText(joinedQuestion(turn)), templateText("\n")];
}
