import { Environment } from "@huggingface/jinja";
import { LuthierError } from "../../lib/errors";
import type { Problem } from "../../lib/problems/problem";
import { BudgetExceeded, RenderBudget } from "./budget";
import { TemplateInterpreter } from "./interpreter";
import { parseWithLines, UnreadableTemplate } from "./lines";
import type { ChatOptions, TemplateMessage } from "./messages";
import { pythonFunctions, TemplateRefusal, withPythonFunctions } from "./python-functions";
import type { TemplateProgram } from "./syntax";

/** Real templates have thousands of characters, at most thirty thousand. */
const MAX_SOURCE_CHARS = 2 ** 18;
/** Parse time is quadratic in the length of a whitespace run; real templates have no long ones. */
const MAX_SPACE_RUN = 1000;

/**
 * A chat template rendered as in transformers: trimmed blocks, Python's string methods, the sandbox's limit on `range`.
 */
export class ChatTemplate {
  readonly #program: TemplateProgram;
  readonly #globals: Readonly<Record<string, unknown>>;

  /**
   * @param source template source
   * @param specialTokens variables such as `bos_token`
   * @throws LuthierError on a syntax error
   */
  constructor(source: string, specialTokens: Readonly<Record<string, string>>) {
    this.#program = read(source);
    this.#globals = specialTokens;
  }

  /**
   * Renders a conversation.
   * @throws LuthierError when the template rejects it, fails or exceeds its budget
   */
  render(messages: readonly TemplateMessage[], { addGenerationPrompt, tools = [] }: ChatOptions): string {
    const environment = new Environment();
    const variables = {
      ...pythonFunctions,
      ...this.#globals,
      messages: messages.map((message) => ({ ...message })),
      add_generation_prompt: addGenerationPrompt,
      tools: tools.length > 0 ? tools : null,
      documents: null,
    };
    for (const [name, value] of Object.entries(variables)) environment.set(name, value);
    const others = messages.map((message) => ("tool_calls" in message ? message.tool_calls : []));
    const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
    const toolChars = JSON.stringify([tools, others]).length;
    const budget = new RenderBudget(messages.length + tools.length, chars + toolChars);
    const interpreter = new TemplateInterpreter(environment, budget);
    try {
      return interpreter.render(this.#program);
    } catch (cause) {
      throw endless(cause) ?? failure(cause, interpreter.failedLine);
    }
  }
}

function read(source: string): TemplateProgram {
  if (source.length > MAX_SOURCE_CHARS || longestSpace(source) > MAX_SPACE_RUN) {
    throw new LuthierError({ code: "tokenizer/template-endless" });
  }
  try {
    // Jinja normalises line endings.
    return withPythonFunctions(parseWithLines(source.replace(/\r\n?/g, "\n")));
  } catch (cause) {
    const line = cause instanceof UnreadableTemplate ? cause.line : null;
    const problem: Problem =
      line === null
        ? { code: "tokenizer/template-unfinished" }
        : { code: "tokenizer/template-unreadable", reason: messageOf(cause), line };
    throw endless(cause) ?? new LuthierError(problem, { cause });
  }
}

function longestSpace(source: string): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < source.length; i++) {
    run = source.charCodeAt(i) <= 0x20 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** The error for a template that exceeds its budget, the call stack or the maximum string length. */
function endless(cause: unknown): LuthierError | null {
  const isOver = cause instanceof BudgetExceeded || cause instanceof RangeError;
  return isOver ? new LuthierError({ code: "tokenizer/template-endless" }, { cause }) : null;
}

function failure(cause: unknown, line: number | null): LuthierError {
  const reason = messageOf(cause);
  if (cause instanceof TemplateRefusal)
    return new LuthierError({ code: "tokenizer/chat-refused", reason }, { cause });
  return new LuthierError({ code: "tokenizer/template-failed", reason, line }, { cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
