import type { AlpacaRow, Row, RowTurn } from "../../src/shared/rows";

/** A conversation as Alpaca fields, which are shorter to compare in tests. */
export function toAlpaca(row: Row): AlpacaRow {
  if (row.kind !== "conversation") throw new Error(`a ${row.kind} is no Alpaca row`);
  const { system, turns } = row;
  const [question, answer] = turns.slice(-2);
  if (question?.role !== "user" || answer?.role !== "assistant") throw new Error("no question and answer");
  const history = pairs(turns.slice(0, -2));
  return {
    instruction: question.text,
    input: question.input ?? "",
    output: answer.text,
    ...(system === undefined ? {} : { system }),
    ...(history.length > 0 ? { history } : {}),
  };
}

function pairs(turns: readonly RowTurn[]): [string, string][] {
  return Array.from({ length: turns.length / 2 }, (_, index) => [
    turns[2 * index]?.text ?? "",
    turns[2 * index + 1]?.text ?? "",
  ]);
}
