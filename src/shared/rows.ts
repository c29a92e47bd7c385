/* Dataset rows, independent of their file format. */

/** A user turn. */
export interface UserTurn {
  readonly role: "user";
  readonly text: string;
  /** Alpaca's input, which some templates render separately. */
  readonly input?: string;
}

/** A tool call by the model. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly id?: string;
}

/** An assistant turn. */
export interface AssistantTurn {
  readonly role: "assistant";
  readonly text: string;
  /** Whether the file includes the answer in the loss; rarely given. */
  readonly learned?: boolean;
  readonly toolCalls?: readonly ToolCall[];
}

/** A tool result. */
export interface ToolTurn {
  readonly role: "tool";
  readonly text: string;
  readonly name?: string;
  readonly callId?: string;
}

/** A system message inside a conversation; the initial one is the row's `system`. */
export interface SystemTurn {
  readonly role: "system";
  readonly text: string;
}

export type RowTurn = UserTurn | AssistantTurn | ToolTurn | SystemTurn;

/** Context of a conversation. */
interface Setting {
  readonly system?: string;
  /** Tools available to the model, as passed to its chat template. */
  readonly tools?: readonly unknown[];
}

export interface ConversationRow extends Setting {
  readonly kind: "conversation";
  readonly turns: readonly RowTurn[];
}

/** A text for language modelling on every token. */
export interface TextRow {
  readonly kind: "text";
  readonly text: string;
  /** Whether the document continues in the next row. */
  readonly goesOn?: boolean;
}

/** Two alternative continuations of a conversation, one preferred. */
export interface PreferenceRow extends Setting {
  readonly kind: "preference";
  readonly prompt: readonly RowTurn[];
  readonly chosen: readonly RowTurn[];
  readonly rejected: readonly RowTurn[];
}

/** A conversation labelled good or bad. */
export interface LabelledRow extends Setting {
  readonly kind: "labelled";
  readonly turns: readonly RowTurn[];
  readonly good: boolean;
}

export type Row = ConversationRow | TextRow | PreferenceRow | LabelledRow;
export type RowKind = Row["kind"];

/** A row as stored by earlier versions: Alpaca's fields. */
export interface AlpacaRow {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly system?: string;
  /** Earlier turns, oldest first: [question, answer]. */
  readonly history?: readonly (readonly [string, string])[];
}

/** Converts a stored row of any version. */
export function upgradeRow(row: Row | AlpacaRow): Row {
  return "kind" in row ? row : alpacaRow(row);
}

/** Converts Alpaca's fields to a conversation, with the history before the row's own turns. */
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

/** The conversation to train on: for a preference the chosen answer, unless an objective on pairs learns both. */
export function conversationOf(row: Exclude<Row, TextRow>): ConversationRow {
  const { system, tools } = row;
  const setting = { ...(system ? { system } : {}), ...(tools ? { tools } : {}) };
  const turns =
    row.kind === "preference" ? [...row.prompt.map(unlearned), ...row.chosen] : (row.turns as RowTurn[]);
  return { kind: "conversation", ...setting, turns };
}

/** Answers within a prompt precede the choice and are not trained on. */
function unlearned(turn: RowTurn): RowTurn {
  return turn.role === "assistant" ? { ...turn, learned: false } : turn;
}

/** The last question of a row and its answer; null for a text. */
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

/** All texts of a row with their roles; equal for equal rows. */
export function textsOf(row: Row): string[] {
  if (row.kind === "text") return [row.kind, row.text];
  const setting = [row.kind, row.system ?? "", row.tools ? JSON.stringify(row.tools) : ""];
  if (row.kind === "conversation") return [...setting, ...row.turns.flatMap(turnTexts)];
  if (row.kind === "labelled") return [...setting, String(row.good), ...row.turns.flatMap(turnTexts)];
  const parts = [row.prompt, row.chosen, row.rejected];
  return [...setting, ...parts.flatMap((turns) => ["turns", ...turns.flatMap(turnTexts)])];
}

/** The visible texts of a row. */
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
