import { ActionIcon, Button } from "@mantine/core";
import { IconAlertTriangle, IconColumnInsertRight, IconRefresh, IconX } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { CopyButton } from "../../components/copy-button";
import { ProblemAlert } from "../../components/problem-alert";
import type { TokenChance } from "../../../shared/generation";
import type { DiffWord } from "../../lib/word-diff";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import type { Answer, Turn, Voice } from "../../store/state";
import { columnAnswers, isSameVoice, selectSpeakers, withColumn } from "../../store/voices";
import { useText } from "../../text/text";
import { AnswerActions } from "./answer-actions";
import { KeepRow } from "./keep-row";
import { hasForeign, markedColumns } from "./marked-columns";
import classes from "./answer-panes.module.css";
import { TokenOdds } from "./token-odds";
import { useAnswerOdds } from "./use-answer-odds";
import { columnTitles } from "./voice-names";
import { VoiceSelect } from "./voice-select";

/** The answers to the last question as they stream, a column for each voice. */
export function AnswerPanes({ turns }: { turns: readonly Turn[] }) {
  const text = useText();
  const { mark, voices, hasAdapter } = useStudio((state) => ({
    mark: state.markDifferences,
    voices: state.voices,
    hasAdapter: selectSpeakers(state).length > 0,
  }));
  const turn = turns.at(-1) ?? null;
  const { odds, problem } = useAnswerOdds(turns);
  const titles = columnTitles(voices, text);
  const answers = columnAnswers(turn, voices);
  const marked = mark ? markedColumns(answers) : [];
  const [keeping, setKeeping] = useState<{ readonly turnId: string; readonly column: number } | null>(null);
  const placeOf = (voice: Voice | null): number =>
    turn?.answers.findIndex((asked) => isSameVoice(asked.voice, voice)) ?? -1;
  const keptColumn = keeping?.turnId === turn?.id ? (keeping?.column ?? null) : null;
  const empty = turn ? <AskAgain turn={turn} /> : text.compare.emptySide;
  return (
    <>
      <AddColumn />
      <ProblemAlert problem={problem} />
      {mark && hasForeign(answers) && <p className={classes.quiet}>{text.compare.littleShared}</p>}
      <div className={classes.panes} data-many={voices.length > 2 || undefined}>
        {voices.map((voice, column) => {
          const answer = answers[column] ?? null;
          return (
            <Pane
              key={column}
              column={column}
              voice={voice}
              name={titles[column] ?? ""}
              answer={answer}
              empty={column > 0 && !hasAdapter ? text.compare.afterNone : empty}
              words={marked[column] ?? null}
              odds={odds?.[placeOf(voice)] ?? null}
              actions={
                turn &&
                answer?.state === "done" && (
                  <AnswerActions
                    turnId={turn.id}
                    index={placeOf(voice)}
                    name={titles[column] ?? ""}
                    onKeep={() => {
                      setKeeping(keptColumn === column ? null : { turnId: turn.id, column });
                    }}
                  />
                )
              }
            />
          );
        })}
      </div>
      {turn && keptColumn !== null && (
        <KeepRow
          key={`${turn.id} ${keptColumn}`}
          turn={turn}
          index={placeOf(voices[keptColumn] ?? null)}
          name={titles[keptColumn] ?? ""}
          onClose={() => {
            setKeeping(null);
          }}
        />
      )}
    </>
  );
}

/** Adds a column while there is a voice without one. */
function AddColumn() {
  const text = useText();
  const { canAdd, locked, add } = useStudio((state) => ({
    canAdd: withColumn(state.voices, selectSpeakers(state)) !== null,
    locked: isExcluded(state, "answer"),
    add: state.addColumn,
  }));
  if (!canAdd) return null;
  return (
    <div className={classes.tools}>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconColumnInsertRight size={16} aria-hidden />}
        disabled={locked}
        onClick={add}
      >
        {text.compare.addColumn}
      </Button>
    </div>
  );
}

/** Placeholder for an answer by a voice that has not been asked yet. */
function AskAgain({ turn }: { turn: Turn }) {
  const text = useText();
  const { locked, isMany, resend } = useStudio((state) => ({
    locked: isExcluded(state, "answer"),
    isMany: state.voices.length > 2,
    resend: state.resend,
  }));
  return (
    <Button
      size="compact-sm"
      variant="light"
      leftSection={<IconRefresh size={16} aria-hidden />}
      disabled={locked}
      onClick={() => void resend(turn.id, turn.question)}
    >
      {isMany ? text.compare.askAll : text.compare.askBoth}
    </Button>
  );
}

interface PaneProps {
  readonly column: number;
  readonly voice: Voice | null;
  readonly name: string;
  readonly answer: Answer | null;
  readonly empty: ReactNode;
  readonly words: readonly DiffWord[] | null;
  readonly odds: readonly TokenChance[] | null;
  readonly actions: ReactNode;
}

function Pane({ column, voice, name, answer, empty, words, odds, actions }: PaneProps) {
  const text = useText();
  const { locked, canRemove, remove } = useStudio((state) => ({
    locked: isExcluded(state, "answer"),
    canRemove: state.voices.length > 2,
    remove: state.removeColumn,
  }));
  const busy = answer?.state === "waiting" || answer?.state === "streaming";
  return (
    <div className={classes.column}>
      <VoiceSelect column={column} />
      <section
        aria-label={name}
        aria-busy={busy}
        className={classes.pane}
        data-trained={voice !== null || undefined}
      >
        <header className={classes.head}>
          <h3 className={classes.title}>{name}</h3>
          {answer && answer.text !== "" && (
            <CopyButton value={answer.text} label={text.compare.copyAnswer(name)} compact />
          )}
          {canRemove && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={text.compare.removeColumn(name)}
              title={text.compare.removeColumn(name)}
              disabled={locked}
              onClick={() => {
                remove(column);
              }}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          )}
        </header>
        {!answer && <div className={classes.quiet}>{empty}</div>}
        {answer && odds && odds.length > 0 ? (
          <TokenOdds name={name} tokens={odds} />
        ) : (
          answer && <AnswerText answer={answer} words={words} />
        )}
        {answer?.finish === "repeats" && (
          <p className={classes.loop}>
            <IconAlertTriangle size={18} aria-hidden />
            {voice ? text.compare.repeats : text.compare.repeatsBase}
          </p>
        )}
        {answer && <AnswerFoot answer={answer} actions={actions} />}
      </section>
    </div>
  );
}

function AnswerText({ answer, words }: { answer: Answer; words: readonly DiffWord[] | null }) {
  const text = useText();
  if (answer.problem) return <ProblemAlert problem={answer.problem} />;
  if (words) {
    return (
      <p className={classes.text} dir="auto">
        {words.map((word, index) => (word.differs ? <mark key={index}>{word.text}</mark> : word.text))}
      </p>
    );
  }
  if (answer.text !== "") {
    return (
      <p className={classes.text} dir="auto" data-streaming={answer.state === "streaming" || undefined}>
        {answer.text}
      </p>
    );
  }
  const quiet = {
    waiting: text.compare.waiting,
    streaming: text.compare.writing,
    done: text.compare.nothing,
    failed: "",
  };
  return <p className={classes.quiet}>{quiet[answer.state]}</p>;
}

function AnswerFoot({ answer, actions }: { answer: Answer; actions: ReactNode }) {
  const text = useText();
  const parts = [
    answer.tokensPerSecond !== null &&
      answer.tokensPerSecond > 0 &&
      text.compare.rate(answer.tokensPerSecond),
    answer.finish !== null && text.compare.finish[answer.finish],
  ].filter((part) => part !== false && part !== "");
  return (
    <footer className={classes.foot}>
      <span>{parts.join(" · ")}</span>
      <span className={classes.actions}>{actions}</span>
    </footer>
  );
}
