import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./answer-panes.module.css";

/** Says in whose prompt format the base model is asked beside an adapter: the worker takes that of the first one. */
export function TemplateNote() {
  const text = useText();
  const { hasBase, adapter } = useStudio(({ voices, adapters }) => {
    const first = voices.find((voice) => voice !== null);
    return {
      hasBase: voices.includes(null),
      adapter: adapters.find(({ id }) => id === first?.adapterId)?.name,
    };
  });
  if (!hasBase || adapter === undefined) return null;
  return <p className={classes.note}>{text.compare.sameTemplate(adapter)}</p>;
}
