import { Button } from "@mantine/core";
import { useStudio } from "../../store/context";
import type { Turn } from "../../store/state";
import { useText } from "../../text/text";
import classes from "./answer-panes.module.css";
import ratingClasses from "./ratings.module.css";

interface Props {
  readonly turn: Turn;
  /** Indices of the answers in display order. */
  readonly order: readonly number[];
}

/** The answers without names, in random order, until the best is chosen. */
export function BlindPanes({ turn, order }: Props) {
  const text = useText();
  const choose = useStudio((state) => state.chooseBlind);
  // Order and speed of arrival would give voices away, so answers are shown once all are complete.
  const isComplete = turn.answers.every(({ answer: { state } }) => state === "done" || state === "failed");
  return (
    <>
      <div className={classes.panes} data-many={order.length > 2 || undefined} aria-busy={!isComplete}>
        {order.map((index, place) => {
          const name = text.ratings.anonymous(place);
          const words = turn.answers[index]?.answer.text ?? "";
          return (
            <section key={index} aria-label={name} className={classes.pane}>
              <header className={classes.head}>
                <h3 className={classes.title}>{name}</h3>
              </header>
              {!isComplete && <p className={classes.quiet}>{text.compare.writing}</p>}
              {isComplete && words === "" && <p className={classes.quiet}>{text.compare.nothing}</p>}
              {isComplete && words !== "" && <p className={classes.text}>{words}</p>}
              {isComplete && (
                <footer className={ratingClasses.choice}>
                  <Button size="compact-sm" variant="light" onClick={() => void choose(turn.id, index)}>
                    {text.ratings.best(place, order.length)}
                  </Button>
                </footer>
              )}
            </section>
          );
        })}
      </div>
      {isComplete && (
        <div className={ratingClasses.buttons}>
          <Button size="compact-sm" variant="default" onClick={() => void choose(turn.id, null)}>
            {text.ratings.tie}
          </Button>
        </div>
      )}
    </>
  );
}
