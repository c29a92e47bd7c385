import { useEffect, useRef } from "react";
import { CopyButton } from "../../components/copy-button";
import { useStudio, useStudioContext } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./train-step.module.css";

/** Number of lines rendered; copying includes them all. */
const MAX_LINES = 300;

/** The run's log; it follows the end unless scrolled up. */
export function RunLogView() {
  const text = useText();
  const { log } = useStudioContext();
  const version = useStudio((state) => state.seriesVersion);
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [version]);
  const lines = log.lines(text);
  return (
    <div>
      <div className={classes.logBar}>
        <h3 className={classes.chartTitle}>{text.train.log}</h3>
        {lines.length > 0 && <CopyButton value={lines.join("\n")} label={text.train.copyLog} />}
      </div>
      <pre
        ref={box}
        className={classes.log}
        data-empty={lines.length === 0 || undefined}
        role="region"
        tabIndex={0}
        aria-label={text.train.log}
        onScroll={({ currentTarget: element }) => {
          atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
        }}
      >
        {lines.length === 0 ? text.train.logEmpty : lines.slice(-MAX_LINES).join("\n")}
      </pre>
    </div>
  );
}
