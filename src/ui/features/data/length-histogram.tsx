import { Skeleton } from "@mantine/core";
import type { LengthStats } from "../../../shared/data";
import { Notice } from "../../components/notice";
import { useText } from "../../text/text";
import classes from "./length-histogram.module.css";

/** The end of the axis: the longest row, or the maximum length if that truncates rows. */
function axisEnd(lengths: LengthStats, maxLength: number): number {
  const longest = Math.max(lengths.longest, lengths.histogram.length * lengths.binWidth);
  return maxLength <= longest * 1.6 ? Math.max(longest, maxLength) * 1.06 : longest * 1.12;
}

/** Histogram of row lengths with the maximum length marked. */
export function LengthHistogram({ lengths, maxLength }: { lengths: LengthStats | null; maxLength: number }) {
  const text = useText();
  return (
    <div className={classes.panel}>
      <div className={classes.bar}>
        <h3 className={classes.heading}>{text.data.lengthsTitle}</h3>
        {lengths && <span className={classes.note}>{text.data.longest(lengths.longest)}</span>}
      </div>
      {lengths ? <Bars lengths={lengths} maxLength={maxLength} /> : <Skeleton height={110} />}
      {lengths && <Notes lengths={lengths} />}
    </div>
  );
}

function Bars({ lengths, maxLength }: { lengths: LengthStats; maxLength: number }) {
  const text = useText();
  const end = axisEnd(lengths, maxLength);
  const most = Math.max(1, ...lengths.histogram);
  const beyond = maxLength > end;
  const at = beyond ? 100 : (maxLength / end) * 100;
  return (
    <div>
      <div
        role="img"
        className={classes.plot}
        aria-label={text.data.lengthsLabel(lengths.rows, lengths.longest, maxLength)}
      >
        {lengths.histogram.map((count, bin) => (
          <div
            key={bin}
            className={classes.column}
            data-cut={bin * lengths.binWidth >= maxLength || undefined}
            style={{
              left: `${((bin * lengths.binWidth) / end) * 100}%`,
              width: `${(lengths.binWidth / end) * 100}%`,
              height: `${count === 0 ? 0 : Math.max(2, (count / most) * 76)}%`,
            }}
          />
        ))}
        {!beyond && <div className={classes.limit} style={{ left: `${at}%` }} />}
        <span className={classes.limitLabel} data-left={at > 55 || undefined} style={{ left: `${at}%` }}>
          {text.data.maxLength(maxLength)}
          {beyond && " →"}
        </span>
      </div>
      <div className={classes.axis} aria-hidden>
        <span>{text.format.integer(0)}</span>
        <span>{text.format.integer(end)}</span>
      </div>
    </div>
  );
}

function Notes({ lengths }: { lengths: LengthStats }) {
  const text = useText();
  const share = lengths.totalTokens === 0 ? 0 : lengths.supervisedTokens / lengths.totalTokens;
  const notes = [
    text.data.learnedShare(share),
    lengths.truncated > 0 && text.data.cutRows(lengths.truncated),
    lengths.endCut > 0 && text.data.endCutRows(lengths.endCut),
  ].filter((note) => note !== false);
  return (
    <>
      <p className={classes.note}>{notes.join(" · ")}</p>
      {lengths.exclusions.map(({ reason, rows, firstRow }) => (
        <Notice key={JSON.stringify(reason)} kind="warning">
          {text.data.excludedRows(rows, firstRow, text.problem(reason).what)}
        </Notice>
      ))}
      {lengths.systemInQuestion > 0 && (
        <Notice kind="info">{text.data.systemInQuestionRows(lengths.systemInQuestion)}</Notice>
      )}
      {lengths.askedDifferently > 0 && (
        <Notice kind="info">{text.data.askedDifferentlyRows(lengths.askedDifferently)}</Notice>
      )}
      {lengths.toolsLeftOut > 0 && (
        <Notice kind="warning">{text.data.toolsLeftOutRows(lengths.toolsLeftOut)}</Notice>
      )}
    </>
  );
}
