import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { type Evaluation, type ScoredRow, type ScoreId, scoreSpecs } from "../../../shared/scores";
import { Pager } from "../../components/pager";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import { answersCsv, answersJsonLines } from "./answers-file";
import { gainOf, ROW_ORDERS, type RowOrder, shownRows } from "./answer-order";
import { Downloads } from "./downloads";
import classes from "./scorecard.module.css";
import { sideName } from "./voice-names";

const PAGE = 10;

/** All rows of an evaluation: question, expected answer, both answers, and one of their scores. */
export function AnswersTable({ evaluation }: { evaluation: Evaluation }) {
  const text = useText();
  const { sides, rows } = evaluation;
  const adapters = useStudio((state) => state.adapters);
  const ids = evaluation.summaries.map(({ id }) => id).filter((id) => scoreSpecs[id].better !== "neither");
  const [filter, setFilter] = useState<Partial<AnswerFilter>>({});
  const [offset, setOffset] = useState(0);
  const { score = ids.find((id) => id === "chrf") ?? ids[0], order = "rows", onlyWorse = false } = filter;
  if (score === undefined) return null;
  const shown = shownRows(rows, score, order, onlyWorse);
  const names = sides.map((side) => sideName(side, adapters, text));
  return (
    <div className={classes.answers}>
      <div className={classes.bar}>
        <h4 className={classes.heading}>{text.scores.answers}</h4>
        <Downloads
          base={text.scores.fileBase}
          labels={text.scores}
          csv={() => answersCsv(evaluation, names)}
          jsonl={() => answersJsonLines(evaluation, names)}
        />
      </div>
      <AnswerFilters
        ids={ids}
        isPair={sides.length > 1}
        value={{ score, order, onlyWorse }}
        onChange={(change) => {
          setFilter({ ...filter, ...change });
          setOffset(0);
        }}
      />
      {shown.length === 0 ? (
        <p className={classes.quiet}>{text.scores.noneWorse}</p>
      ) : (
        <table className={classes.table} data-stacks aria-label={text.scores.answers}>
          <thead>
            <tr>
              <th scope="col">{text.scores.question}</th>
              <th scope="col">{text.scores.expected}</th>
              {names.map((name, side) => (
                <th key={side} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.slice(offset, offset + PAGE).map((index) => (
              <AnswerRow key={index} row={rows[index]} number={index + 1} score={score} names={names} />
            ))}
          </tbody>
        </table>
      )}
      {shown.length > PAGE && (
        <Pager
          offset={offset}
          size={PAGE}
          total={shown.length}
          earlier={text.scores.earlier}
          later={text.scores.later}
          onPage={setOffset}
        />
      )}
    </div>
  );
}

/** Which score to show, and which rows in what order. */
interface AnswerFilter {
  readonly score: ScoreId;
  readonly order: RowOrder;
  readonly onlyWorse: boolean;
}

interface FilterProps {
  readonly ids: readonly ScoreId[];
  /** Whether two sides are compared. */
  readonly isPair: boolean;
  readonly value: AnswerFilter;
  readonly onChange: (change: Partial<AnswerFilter>) => void;
}

function AnswerFilters({ ids, isPair, value: { score, order, onlyWorse }, onChange }: FilterProps) {
  const text = useText();
  return (
    <div className={classes.tools}>
      <NativeSelect
        label={text.scores.byScore}
        value={score}
        data={ids.map((id) => ({ value: id, label: text.scores.names[id] }))}
        onChange={(event) => {
          onChange({ score: ids.find((id) => id === event.currentTarget.value) ?? score });
        }}
      />
      {isPair && (
        <>
          <NativeSelect
            label={text.scores.sortBy}
            value={order}
            data={ROW_ORDERS.map((known) => ({ value: known, label: text.scores.orders[known] }))}
            onChange={(event) => {
              onChange({ order: ROW_ORDERS.find((known) => known === event.currentTarget.value) ?? "rows" });
            }}
          />
          <Checkbox
            label={text.scores.onlyWorse}
            checked={onlyWorse}
            onChange={(event) => {
              onChange({ onlyWorse: event.currentTarget.checked });
            }}
          />
        </>
      )}
    </div>
  );
}

interface RowProps {
  readonly row: ScoredRow | undefined;
  readonly number: number;
  readonly score: ScoreId;
  readonly names: readonly string[];
}

function AnswerRow({ row, number, score, names }: RowProps) {
  const text = useText();
  const { locked, send, sendRow } = useStudio((state) => ({
    locked: isExcluded(state, "answer"),
    send: state.send,
    sendRow: state.sendRow,
  }));
  if (!row) return null;
  // A plain text has no question: its beginning serves as the prompt.
  const open = () => (row.row && row.row.kind !== "text" ? sendRow(row.row) : send(row.question));
  const gain = gainOf(row, score);
  return (
    <tr>
      <td data-label={text.scores.question}>
        <span className={classes.words} dir="auto">
          {row.question}
        </span>
        <Button
          size="compact-sm"
          variant="subtle"
          className={classes.ask ?? ""}
          aria-label={text.scores.open(number)}
          disabled={locked}
          onClick={() => void open()}
        >
          {text.scores.openShort}
        </Button>
      </td>
      <td data-label={text.scores.expected}>
        <span className={classes.words} dir="auto">
          {row.expected}
        </span>
      </td>
      {row.answers.map((answer, side) => {
        const value = answer.values[score];
        const isLast = side === row.answers.length - 1;
        const better = isLast && gain !== 0 ? (gain > 0 ? "yes" : "no") : undefined;
        return (
          <td key={side} data-label={names[side]}>
            <span className={classes.words} dir="auto">
              {answer.text === "" ? text.compare.nothing : answer.text}
            </span>
            {value !== undefined && (
              <span className={classes.value} data-better={better}>
                {text.scores.value(score, value)}
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}
