import type { StrangeColumn } from "../../../lib/problems/data-problems";
import type { ColumnRole } from "../../../shared/data";

/** Common column names of each role, likeliest first. */
const names: Readonly<Record<ColumnRole, readonly string[]>> = {
  instruction: [
    "instruction",
    "question",
    "prompt",
    "query",
    "user",
    "human",
    "input",
    "source",
    "title",
    "problem",
    "q",
  ],
  input: ["context", "input", "passage", "document"],
  output: [
    "output",
    "answer",
    "response",
    "completion",
    "assistant",
    "reply",
    "target",
    "solution",
    "summary",
    "chosen",
    "label",
    "a",
  ],
  system: ["system", "system_prompt"],
  text: ["text", "content", "body", "article", "document", "story"],
};

type Roles = Readonly<Partial<Record<ColumnRole, string>>>;

/** Guesses column roles by name: question and answer if both are found, else text. */
export function proposedColumns(columns: readonly StrangeColumn[]): Roles {
  const taken = new Set<string>();
  const find = (role: ColumnRole): string | undefined => {
    const found = names[role]
      .map((name) => columns.find(({ column }) => !taken.has(column) && isCalled(column, name)))
      .find((match) => match !== undefined);
    if (found) taken.add(found.column);
    return found?.column;
  };
  const output = find("output");
  const instruction = find("instruction");
  if (output !== undefined && instruction !== undefined) {
    const [input, system] = [find("input"), find("system")];
    return { instruction, output, ...(input ? { input } : {}), ...(system ? { system } : {}) };
  }
  taken.clear();
  const text = find("text");
  if (text !== undefined) return { text };
  const [first, second, ...others] = columns;
  if (first && second && others.length === 0) return { instruction: first.column, output: second.column };
  return columns.length === 1 && first ? { text: first.column } : {};
}

/** Whether a column name contains a word, ignoring case and separators. */
function isCalled(column: string, name: string): boolean {
  return (
    column
      .replace(/([a-z])([A-Z])/g, "$1_$2")
      .toLowerCase()
      .split(/[^a-z]+/)
      .includes(name) || column.toLowerCase() === name
  );
}
