import type { ChatMessage } from "../shared/generation";
import type { PromptFormat } from "./prompt-format";

/** Text before and after the turns of a conversation. */
interface Pieces {
  /** Before a system text, and between it and the first question; null if unsupported. */
  readonly system: { readonly before: string; readonly after: string } | null;
  /** Before a conversation without system text. */
  readonly opening: string;
  /** Between a question and its answer, and between an answer and the next question. */
  readonly answer: string;
  readonly question: string;
  /** After the last question. */
  readonly ending: string;
}

type Role = ChatMessage["role"];

/** Conversations on which the assembled template must equal the model's own. */
const TRIED: readonly (readonly Role[])[] = [
  ["user"],
  ["user", "assistant", "user"],
  ["user", "assistant", "user", "assistant", "user"],
  ["system", "user"],
  ["system", "user", "assistant", "user"],
];

/**
 * Builds a Go template for Ollama that reproduces the training format, without the start token, which llama.cpp adds.
 * Null if that is not possible.
 */
export function ollamaTemplate(prompt: PromptFormat): string | null {
  const write = (roles: readonly Role[], salt = ""): string | null => {
    try {
      const text = prompt.text(conversation(roles, salt));
      return prompt.startText !== "" && text.startsWith(prompt.startText)
        ? text.slice(prompt.startText.length)
        : text;
    } catch {
      // Templates may reject unsupported roles.
      return null;
    }
  };
  const pieces = findPieces(write);
  if (!pieces) return null;
  const tried = TRIED.filter((roles) => pieces.system !== null || !roles.includes("system"));
  const isSame = tried.every(
    (roles) => joined(pieces, conversation(roles, " anew")) === write(roles, " anew"),
  );
  return isSame ? goTemplate(pieces) : null;
}

/** Message contents that no template contains. */
function conversation(roles: readonly Role[], salt: string): ChatMessage[] {
  return roles.map((role, index) => ({ role, content: `${role} ${index} says so${salt}.` }));
}

function findPieces(write: (roles: readonly Role[]) => string | null): Pieces | null {
  const alone = between(write(["user"]), ["user"]);
  const twice = between(write(["user", "assistant", "user"]), ["user", "assistant", "user"]);
  if (!alone || !twice) return null;
  const [opening = "", ending = ""] = alone;
  const [, answer = "", question = ""] = twice;
  const told = between(write(["system", "user"]), ["system", "user"]);
  const [before = "", after = ""] = told ?? [];
  return { system: told ? { before, after } : null, opening, answer, question, ending };
}

/** Text between a conversation's contents; null if a content is missing. */
function between(text: string | null, roles: readonly Role[]): string[] | null {
  const pieces: string[] = [];
  let rest = text ?? "";
  for (const { content } of conversation(roles, "")) {
    const at = rest.indexOf(content);
    if (at < 0) return null;
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at + content.length);
  }
  return [...pieces, rest];
}

/** The output of {@link goTemplate}, for verification. */
function joined(
  { system, opening, answer, question, ending }: Pieces,
  messages: readonly ChatMessage[],
): string {
  let last: Role | null = null;
  let text = "";
  for (const { role, content } of messages) {
    if (role === "system") text += system?.before ?? "";
    else if (role === "assistant") text += answer;
    else text += last === "system" ? (system?.after ?? "") : last === "assistant" ? question : opening;
    text += content;
    last = role;
  }
  return text + ending;
}

/** Text is emitted by actions, so that Go's whitespace trimming does not affect it. */
function goTemplate({ system, opening, answer, question, ending }: Pieces): string {
  const say = (text: string): string => (text === "" ? "" : `{{ ${JSON.stringify(text)} }}`);
  const turn = (text: string, role: Role): string => `${text}{{ .Content }}{{ $last = "${role}" }}`;
  const afterSystem = system ? `{{ if eq $last "system" }}${say(system.after)}{{ else if` : "{{ if";
  return [
    `{{ $last := "" }}{{ range .Messages }}`,
    system ? `{{ if eq .Role "system" }}${turn(say(system.before), "system")}{{ else if` : "{{ if",
    ` eq .Role "user" }}`,
    turn(`${afterSystem} eq $last "assistant" }}${say(question)}{{ else }}${say(opening)}{{ end }}`, "user"),
    `{{ else if eq .Role "assistant" }}${turn(say(answer), "assistant")}{{ end }}{{ end }}${say(ending)}`,
  ].join("");
}
