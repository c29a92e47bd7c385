/* One row of a dataset after reading, whatever form its file had. */

/** What a person says. */
export interface UserTurn {
  readonly role: "user";
  readonly text: string;
  /** Alpaca's second part, which some templates set apart. */
  readonly input?: string;
}

/** A call of a tool by the model. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly id?: string;
}

/** What the model says. */
export interface AssistantTurn {
  readonly role: "assistant";
  readonly text: string;
  /** Whether the file marks it as learned or not; most files mark nothing. */
  readonly learned?: boolean;
  readonly toolCalls?: readonly ToolCall[];
}

/** What a tool gave back. */
export interface ToolTurn {
  readonly role: "tool";
  readonly text: string;
  readonly name?: string;
  readonly callId?: string;
}

/** An instruction in the middle of a conversation; the one at its beginning is the row's `system`. */
export interface SystemTurn {
  readonly role: "system";
  readonly text: string;
}

export type RowTurn = UserTurn | AssistantTurn | ToolTurn | SystemTurn;

/** What conversations of every kind begin with. */
interface Setting {
  readonly system?: string;
  /** Tools that the model may call, as its chat template takes them. */
  readonly tools?: readonly unknown[];
}

export interface ConversationRow extends Setting {
  readonly kind: "conversation";
  readonly turns: readonly RowTurn[];
}

/** A text of which every token is learned. */
export interface TextRow {
  readonly kind: "text";
  readonly text: string;
  /** Set where the next row goes on with the same document. */
  readonly goesOn?: boolean;
}

/** Two ways in which a conversation may go on, one of them better. */
export interface PreferenceRow extends Setting {
  readonly kind: "preference";
  readonly prompt: readonly RowTurn[];
  readonly chosen: readonly RowTurn[];
  readonly rejected: readonly RowTurn[];
}

/** A conversation that somebody found good or bad. */
export interface LabelledRow extends Setting {
  readonly kind: "labelled";
  readonly turns: readonly RowTurn[];
  readonly good: boolean;
}

export type Row = ConversationRow | TextRow | PreferenceRow | LabelledRow;
export type RowKind = Row["kind"];

/** A row as earlier versions of the studio kept it: Alpaca's fields. */
export interface AlpacaRow {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly system?: string;
  /** Earlier turns, oldest first: [question, answer]. */
  readonly history?: readonly (readonly [string, string])[];
}

/** A kept row, also one of an earlier version, as it is today. */
export function upgradeRow(row: Row | AlpacaRow): Row {
  return "kind" in row ? row : alpacaRow(row);
}

/** Alpaca's fields as a conversation: the history first, then the row's own question and answer. */
export function alpacaRow({ instruction, input, output, system, history = [] }: AlpacaRow): ConversationRow {
  const earlier = history.flatMap(([asked, answered]): RowTurn[] => [
    { role: "user", text: asked },
    { role: "assistant", text: answered },
  ]);
  return {
    kind: "conversation",
    ...(system ? { system } : {}),
    turns: [
      ...earlier,
      { role: "user", text: instruction, ...(input ? { input } : {}) },
      { role: "assistant", text: output },
    ],
  };
}

/** The conversation that is learned from until objectives for preferences exist: of two answers the chosen one. */
export function conversationOf(row: Exclude<Row, TextRow>): ConversationRow {
  const { system, tools } = row;
  const setting = { ...(system ? { system } : {}), ...(tools ? { tools } : {}) };
  const turns =
    row.kind === "preference" ? [...row.prompt.map(unlearned), ...row.chosen] : (row.turns as RowTurn[]);
  return { kind: "conversation", ...setting, turns };
}

/** A prompt's answers were given before: they are no part of what was chosen. */
function unlearned(turn: RowTurn): RowTurn {
  return turn.role === "assistant" ? { ...turn, learned: false } : turn;
}

/** The last question of a row and the answer to it; null for a text. */
export function questionOf(
  row: Row,
): { readonly text: string; readonly input: string; readonly answer: string } | null {
  if (row.kind === "text") return null;
  const { turns } = conversationOf(row);
  const at = turns.findLastIndex(({ role }) => role === "assistant");
  const asked = turns.slice(0, Math.max(at, 0)).findLast((turn) => turn.role === "user");
  const answer = turns[at];
  if (!asked || !answer) return null;
  return { text: asked.text, input: asked.input ?? "", answer: answer.text };
}

/** All texts of a row, each with a word for its place, so that equal rows have equal lists. */
export function textsOf(row: Row): string[] {
  if (row.kind === "text") return [row.kind, row.text];
  const setting = [row.kind, row.system ?? "", row.tools ? JSON.stringify(row.tools) : ""];
  if (row.kind === "conversation") return [...setting, ...row.turns.flatMap(turnTexts)];
  if (row.kind === "labelled") return [...setting, String(row.good), ...row.turns.flatMap(turnTexts)];
  const parts = [row.prompt, row.chosen, row.rejected];
  return [...setting, ...parts.flatMap((turns) => ["turns", ...turns.flatMap(turnTexts)])];
}

/** The words of a row that people see in it. */
export function wordsOf(row: Row): string[] {
  if (row.kind === "text") return [row.text];
  const turns =
    row.kind === "preference" ? [...row.prompt, ...row.chosen, ...row.rejected] : (row.turns as RowTurn[]);
  return [
    row.system ?? "",
    ...turns.flatMap((turn) => [
      turn.text,
      turn.role === "user" ? (turn.input ?? "") : "",
      turn.role === "assistant" && turn.toolCalls ? JSON.stringify(turn.toolCalls) : "",
    ]),
  ];
}

function turnTexts(turn: RowTurn): string[] {
  switch (turn.role) {
    case "user":
      return [turn.role, turn.text, turn.input ?? ""];
    case "assistant":
      return [
        `${turn.role} ${String(turn.learned)}`,
        turn.text,
        turn.toolCalls ? JSON.stringify(turn.toolCalls) : "",
      ];
    case "tool":
      return [turn.role, turn.text, turn.name ?? ""];
    case "system":
      return [turn.role, turn.text];
  }
}
