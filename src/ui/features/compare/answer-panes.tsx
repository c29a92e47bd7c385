import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Side } from "../../../shared/generation";
import { CopyButton } from "../../components/copy-button";
import { ProblemAlert } from "../../components/problem-alert";
import { diffWords, type DiffWord } from "../../lib/word-diff";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import type { Answer, Turn } from "../../store/state";
import { answerOf } from "../../store/voices";
import { useText } from "../../text/text";
import classes from "./answer-panes.module.css";
import { sideTitles } from "./side-names";
import { VoiceSelect } from "./voice-select";

/** Both answers to the last question as they stream, with the names of the voices. */
export function AnswerPanes({ turn }: { turn: Turn | null }) {
  const text = useText();
  const { mark, voices, hasAdapter } = useStudio((state) => ({
    mark: state.markDifferences,
    voices: state.voices,
    hasAdapter: state.adapters.length > 0,
  }));
  const titles = sideTitles(voices, text);
  const before = turn && answerOf(turn, voices, "before");
  const after = turn && answerOf(turn, voices, "after");
  const complete = before?.state === "done" && after?.state === "done";
  const diff = mark && complete ? diffWords(before.text, after.text) : null;
  return (
    <div className={classes.panes}>
      <Pane
        side="before"
        name={titles.before}
        answer={before}
        empty={turn ? <AskAgain turn={turn} /> : text.compare.emptySide}
        words={diff?.before ?? null}
      />
      <Pane
        side="after"
        name={titles.after}
        answer={after}
        empty={
          !hasAdapter ? text.compare.afterNone : turn ? <AskAgain turn={turn} /> : text.compare.emptySide
        }
        words={diff?.after ?? null}
      />
    </div>
  );
}

/** Placeholder for an answer by a voice that has not been asked yet. */
function AskAgain({ turn }: { turn: Turn }) {
  const text = useText();
  const { locked, resend } = useStudio((state) => ({
    locked: isExcluded(state, "answer"),
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
      {text.compare.askBoth}
    </Button>
  );
}

interface PaneProps {
  readonly side: Side;
  readonly name: string;
  readonly answer: Answer | null;
  readonly empty: ReactNode;
  readonly words: readonly DiffWord[] | null;
}

function Pane({ side, name, answer, empty, words }: PaneProps) {
  const text = useText();
  const busy = answer?.state === "waiting" || answer?.state === "streaming";
  return (
    <div className={classes.column}>
      <VoiceSelect side={side} />
      <section aria-label={name} aria-busy={busy} className={classes.pane} data-side={side}>
        <header className={classes.head}>
          <h3 className={classes.title}>{name}</h3>
          {answer && answer.text !== "" && (
            <CopyButton value={answer.text} label={text.compare.copyAnswer(name)} compact />
          )}
        </header>
        {answer ? <AnswerText answer={answer} words={words} /> : <div className={classes.quiet}>{empty}</div>}
        {answer && <AnswerFoot answer={answer} />}
      </section>
    </div>
  );
}

function AnswerText({ answer, words }: { answer: Answer; words: readonly DiffWord[] | null }) {
  const text = useText();
  if (answer.problem) return <ProblemAlert problem={answer.problem} />;
  if (words) {
    return (
      <p className={classes.text}>
        {words.map((word, index) => (word.differs ? <mark key={index}>{word.text}</mark> : word.text))}
      </p>
    );
  }
  if (answer.text !== "") {
    return (
      <p className={classes.text} data-streaming={answer.state === "streaming" || undefined}>
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

function AnswerFoot({ answer }: { answer: Answer }) {
  const text = useText();
  const parts = [
    answer.tokensPerSecond !== null &&
      answer.tokensPerSecond > 0 &&
      text.compare.rate(answer.tokensPerSecond),
    answer.finish !== null && text.compare.finish[answer.finish],
  ].filter((part) => part !== false && part !== "");
  return <footer className={classes.foot}>{parts.join(" · ")}</footer>;
}
