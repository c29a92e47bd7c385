import { Fold } from "../../components/fold";
import { useStudio } from "../../store/context";
import type { Turn } from "../../store/state";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";
import { QuestionLine } from "./question-line";
import { voiceName } from "./side-names";

/** The conversation before the last question. */
export function EarlierTurns({ turns }: { turns: readonly Turn[] }) {
  const text = useText();
  const adapters = useStudio((state) => state.adapters);
  if (turns.length === 0) return null;
  return (
    <Fold title={text.compare.earlier(turns.length)}>
      <ol className={classes.earlier}>
        {turns.map((turn) => (
          <li key={turn.id}>
            <QuestionLine turn={turn} />
            <dl className={classes.pair}>
              <div>
                <dt>{voiceName(turn.voices.before, adapters, text)}</dt>
                <dd>{turn.before.text}</dd>
              </div>
              {turn.after && (
                <div>
                  <dt>{voiceName(turn.voices.after, adapters, text)}</dt>
                  <dd>{turn.after.text}</dd>
                </div>
              )}
            </dl>
          </li>
        ))}
      </ol>
    </Fold>
  );
}
