import { encodeRow } from "../data/encode/encode-row";
import { type RenderingId, shapeOf } from "../data/shape/prompt-template";
import { rowPromptIds, type PromptIds, textBeginning } from "../data/shape/conversation";
import { answerAll } from "../engine/generate/batch-answers";
import type { AnswerOptions } from "../engine/generate/sampling";
import { BatchDecoder } from "../engine/generate/batch-decoder";
import { likelihoods, type MeasuredText } from "../engine/generate/likelihood";
import { cancelled } from "../lib/errors";
import { makeRng } from "../lib/rng";
import { choiceScores, likelihoodScores } from "../scores/likelihood";
import { answerScorer } from "../scores/registry";
import { type AnswerEnds, defaultGeneration } from "../shared/generation";
import { conversationOf, questionOf, type Row } from "../shared/rows";
import type { EvaluationOptions, ScoredAnswer, ScoreValues } from "../shared/scores";
import { isConversationProblem, type Tokenizer } from "../tokenizer/tokenizer";
import type { PromptTemplate } from "../shared/data";
import type { ActiveModel, Speaker } from "./active";
import { AnswerText } from "./answer-text";
import { checkIds } from "./check-ids";
import { readGeneration } from "./generation-config";
import type { RowEncoding } from "./score-source";

/** A row to be prompted with. */
export interface AskedRow {
  readonly row: Row;
  readonly question: string;
  readonly expected: string;
  readonly prompt: PromptIds;
}

/** A row encoded for generation and for measuring its expected answer. */
export interface PreparedRow extends AskedRow {
  /** The row as encoded for training. */
  readonly text: MeasuredText;
  readonly expectedTokens: number;
}

/** Maximum number of distinct expected answers for a dataset to count as multiple choice. */
const MAX_CHOICES = 12;
/** Minimum average number of rows per choice. */
const ROWS_A_CHOICE = 2;

/** A looping answer never ends by itself; generating it to the maximum length would only cost time. */
const ENDS: AnswerEnds = { stop: [], loops: true };

/**
 * Encodes rows as in training; rows that cannot be prompted or measured are omitted.
 * @param positions available for prompt and answer, without an adapter's virtual tokens
 */
export function prepareRows(
  rows: readonly Row[],
  encoding: RowEncoding,
  model: ActiveModel,
  positions: number,
): PreparedRow[] {
  const { engine } = model;
  const { tokenizer, templateId } = shapeOf(encoding, model.tokenizer);
  const maxLength = Math.min(encoding.maxLength, positions);
  return prepareQuestions(rows, encoding, model, positions).flatMap((asked) => {
    const encoded = encodeRow(asked.row, templateId, tokenizer, maxLength, encoding);
    if (encoded.excluded !== null) return [];
    const text = measuredText([...encoded.ids], [...encoded.supervised]);
    if (engine.spec.encoder && text.prompt.length === 0) return [];
    const expectedTokens = text.measured.filter((isMeasured, at) => isMeasured && at > 0).length;
    return [{ ...asked, text, expectedTokens }];
  });
}

/** Rows with their prompts, without those that leave no room for an answer or that the template rejects. */
export function prepareQuestions(
  rows: readonly Row[],
  template: PromptTemplate,
  model: ActiveModel,
  positions: number,
): AskedRow[] {
  const { tokenizer, templateId } = shapeOf(template, model.tokenizer);
  return rows.flatMap((row) => {
    const prompt = promptOf(row, templateId, tokenizer);
    if (!prompt || prompt.ids.length === 0 || prompt.ids.length >= positions) return [];
    checkIds(prompt.ids, model);
    return [{ row, ...asked(row), prompt }];
  });
}

function promptOf(row: Row, templateId: RenderingId, tokenizer: Tokenizer): PromptIds | null {
  try {
    return rowPromptIds(row, templateId, tokenizer);
  } catch (error) {
    if (isConversationProblem(error)) return null;
    throw error;
  }
}

function measuredText(ids: readonly number[], supervised: readonly number[]): MeasuredText {
  const first = supervised.indexOf(1);
  const cut = first < 0 ? ids.length : first;
  return { prompt: ids.slice(0, cut), answer: ids.slice(cut), measured: supervised.map(Boolean) };
}

function asked(row: Row): { question: string; expected: string } {
  if (row.kind === "text") {
    const question = textBeginning(row.text);
    return { question, expected: row.text.slice(question.length).trimStart() };
  }
  const { text = "", input = "", answer = "" } = questionOf(row) ?? {};
  return { question: [text, input].filter((part) => part !== "").join("\n"), expected: answer };
}

/** Parameters of scoring one side. */
export interface SideScoring {
  readonly model: ActiveModel;
  readonly encoding: RowEncoding;
  readonly options: EvaluationOptions;
  readonly signal: AbortSignal;
  /** Called after each measurement and each answer. */
  onRow(): void;
}

/** Scores one side on all rows, in order. Errors: out of memory; cancelled. */
export async function scoreSide(
  { engine, state }: Speaker,
  rows: readonly PreparedRow[],
  scoring: SideScoring,
): Promise<ScoredAnswer[]> {
  const { maxNewTokens } = scoring.options;
  const choices = choicesOf(rows, scoring);
  const longest = [...rows.map(({ text }) => text), ...choices.flat()].map(
    ({ prompt, answer }) => prompt.length + answer.length,
  );
  const asked = rows.map(({ prompt }) => prompt.ids.length + maxNewTokens);
  const decoder = await BatchDecoder.create(engine, state, Math.max(...longest, ...asked));
  try {
    const texts = rows.map(({ text }) => text);
    const byLikelihood = await measure(decoder, texts, scoring);
    const byChoice = await scoreChoices(decoder, rows, choices, scoring);
    const answers = await answer(decoder, rows, scoring);
    return answers.map((given, index) => ({
      ...given,
      values: { ...byLikelihood[index], ...given.values, ...byChoice[index] },
    }));
  } finally {
    decoder.destroy();
  }
}

/** Answers all rows, in their order, without measuring the expected answers. Errors: out of memory; cancelled. */
export async function answerRows(
  { engine, state }: Speaker,
  rows: readonly PreparedRow[],
  scoring: SideScoring,
): Promise<ScoredAnswer[]> {
  const lengths = rows.map(({ prompt }) => prompt.ids.length + scoring.options.maxNewTokens);
  const decoder = await BatchDecoder.create(engine, state, Math.max(...lengths));
  try {
    return await answer(decoder, rows, scoring);
  } finally {
    decoder.destroy();
  }
}

/** A side's mean loss per token. */
export async function measureLoss(
  { engine, state }: Speaker,
  rows: readonly PreparedRow[],
  signal: AbortSignal,
): Promise<number> {
  const lengths = rows.map(({ text: { prompt, answer } }) => prompt.length + answer.length);
  const decoder = await BatchDecoder.create(engine, state, Math.max(...lengths));
  try {
    let [sum, tokens] = [0, 0];
    const texts = rows.map(({ text }) => text);
    for await (const { logProbabilities } of likelihoods(decoder, texts, signal)) {
      sum -= logProbabilities.reduce((total, value) => total + value, 0);
      tokens += logProbabilities.length;
    }
    if (signal.aborted) throw cancelled();
    return sum / tokens;
  } finally {
    decoder.destroy();
  }
}

async function measure(
  decoder: BatchDecoder,
  texts: readonly MeasuredText[],
  { signal, onRow }: SideScoring,
): Promise<ScoreValues[]> {
  const values: ScoreValues[] = [];
  for await (const { index, logProbabilities, right } of likelihoods(decoder, texts, signal)) {
    values[index] = likelihoodScores(logProbabilities, right);
    onRow();
  }
  if (signal.aborted) throw cancelled();
  return values;
}

async function answer(
  decoder: BatchDecoder,
  rows: readonly PreparedRow[],
  { model, options, signal, onRow }: SideScoring,
): Promise<ScoredAnswer[]> {
  const score = answerScorer(options);
  const { rules } = readGeneration(model.folder.generationConfig, model.folder.config);
  const generation: AnswerOptions = { ...defaultGeneration, maxNewTokens: options.maxNewTokens, rules };
  const texts = rows.map(({ prompt }) => new AnswerText(model.tokenizer, prompt.answerLead, ENDS));
  const questions = rows.map(({ prompt: { ids, endIds } }, index) => ({
    ...{ prompt: ids, endIds, options: generation, random: makeRng(generation.seed) },
    ends: (id: number) => texts[index]?.push(id) ?? null,
  }));
  const answers: ScoredAnswer[] = [];
  for await (const { index, ids, finish } of answerAll(decoder, questions, signal)) {
    const row = rows[index];
    const text = texts[index]?.end();
    if (!row || text === undefined) continue;
    answers[index] = {
      text,
      finish,
      values: score({ expected: row.expected, answer: text, ids, finish }),
    };
    onRow();
  }
  if (signal.aborted) throw cancelled();
  return answers;
}

/** Each row with every choice as its answer; empty if the rows are not multiple choice. */
function choicesOf(rows: readonly PreparedRow[], { model, encoding }: SideScoring): MeasuredText[][] {
  const texts = choiceTexts(rows);
  if (texts.length === 0) return [];
  const lastOnly = { ...encoding, learnFrom: "last" } as const;
  const { tokenizer, templateId } = shapeOf(encoding, model.tokenizer);
  return rows.map(({ row, prompt }) =>
    texts.map((text) => {
      const encoded = encodeRow(withAnswer(row, text), templateId, tokenizer, encoding.maxLength, lastOnly);
      const ids = [...encoded.ids];
      // As in lm-evaluation-harness, only the choice's own text counts, not the end token.
      return measuredText(
        ids,
        ids.map((id, at) => Number(encoded.supervised[at] === 1 && !prompt.endIds.has(id))),
      );
    }),
  );
}

/** The choices, sorted: the distinct expected answers, if they are few. */
function choiceTexts(rows: readonly PreparedRow[]): string[] {
  if (rows.some(({ row }) => row.kind === "text")) return [];
  const texts = [...new Set(rows.map(({ expected }) => expected))].sort();
  const isChoice = texts.length > 1 && texts.length <= MAX_CHOICES && !texts.includes("");
  return isChoice && rows.length >= ROWS_A_CHOICE * texts.length ? texts : [];
}

function withAnswer(row: Row, text: string): Row {
  if (row.kind === "text") return row;
  const conversation = conversationOf(row);
  const last = conversation.turns.findLastIndex(({ role }) => role === "assistant");
  return { ...conversation, turns: conversation.turns.with(last, { role: "assistant", text }) };
}

async function scoreChoices(
  decoder: BatchDecoder,
  rows: readonly PreparedRow[],
  choices: readonly (readonly MeasuredText[])[],
  { signal }: SideScoring,
): Promise<ScoreValues[]> {
  const texts = choiceTexts(rows);
  if (choices.length === 0) return [];
  const sums = choices.map((): number[] => []);
  for await (const { index, logProbabilities } of likelihoods(decoder, choices.flat(), signal)) {
    const row = sums[Math.floor(index / texts.length)];
    if (row) row[index % texts.length] = logProbabilities.reduce((total, value) => total + value, 0);
  }
  if (signal.aborted) throw cancelled();
  return rows.map(({ expected }, index) => choiceScores(sums[index] ?? [], texts, texts.indexOf(expected)));
}
