import { useState } from "react";
import { Fold } from "../../components/fold";
import { Pager } from "../../components/pager";
import { useStudio } from "../../store/context";
import type { Turn } from "../../store/state";
import { selectSpeakers } from "../../store/voices";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";
import { QuestionLine } from "./question-line";
import { voiceName } from "./voice-names";

/** Turns rendered at a time: conversations may have thousands. */
const PAGE_TURNS = 20;

/** Earlier turns of the conversation, latest page first. */
export function EarlierTurns({ turns }: { turns: readonly Turn[] }) {
  const text = useText();
  const { adapters } = useStudio((state) => ({ adapters: selectSpeakers(state) }));
  const [chosen, setChosen] = useState<number | null>(null);
  if (turns.length === 0) return null;
  const lastPage = Math.floor((turns.length - 1) / PAGE_TURNS) * PAGE_TURNS;
  const offset = Math.min(chosen ?? lastPage, lastPage);
  return (
    <Fold title={text.compare.earlier(turns.length)}>
      {turns.length > PAGE_TURNS && (
        <Pager
          offset={offset}
          size={PAGE_TURNS}
          total={turns.length}
          earlier={text.compare.earlierTurns}
          later={text.compare.laterTurns}
          onPage={(to) => {
            setChosen(to === lastPage ? null : to);
          }}
        />
      )}
      <ol className={classes.earlier} start={offset + 1}>
        {turns.slice(offset, offset + PAGE_TURNS).map((turn) => (
          <li key={turn.id}>
            <QuestionLine turn={turn} />
            <dl className={classes.pair}>
              {turn.answers.map(({ voice, answer }, index) => (
                <div key={index}>
                  <dt>{voiceName(voice, adapters, text)}</dt>
                  <dd dir="auto">{answer.text}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ol>
    </Fold>
  );
}
