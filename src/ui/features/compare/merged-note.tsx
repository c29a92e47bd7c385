import { sum } from "../../../lib/numbers";
import { useStudio, useStudioContext } from "../../store/context";
import type { Turn } from "../../store/state";
import { useRemote } from "../../store/use-remote";
import { columnAnswers, isMergedPair, mergedIds } from "../../store/voices";
import { useText } from "../../text/text";
import classes from "./answer-panes.module.css";

/** The memory a merged model takes, and whether its answers match those of the unmerged adapter. */
export function MergedNote({ turn }: { turn: Turn | null }) {
  const text = useText();
  const { client } = useStudioContext();
  const voices = useStudio((state) => state.voices);
  const ids = mergedIds(voices);
  const { value: bytes } = useRemote(ids.length > 0 ? ids.join() : null, async () => {
    const sizes = await Promise.all(ids.map((id) => client.call("mergedBytes", { id })));
    return sum(sizes);
  });
  if (ids.length === 0) return null;
  const [before, after] = columnAnswers(turn, voices);
  const same =
    isMergedPair(voices) && before?.state === "done" && after?.state === "done" && before.text === after.text;
  return (
    <p className={classes.note}>
      {same && <strong>{text.compare.mergedSame}</strong>} {bytes !== null && text.compare.mergedCost(bytes)}
    </p>
  );
}
