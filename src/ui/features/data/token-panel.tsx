import { Skeleton } from "@mantine/core";
import type { TokenView } from "../../../shared/data";
import { Notice } from "../../components/notice";
import { TokenLegend, TokenText } from "../../components/token-text";
import { useText } from "../../text/text";
import classes from "./token-panel.module.css";

/** The tokens of a row, with each token's role, loss mask and special tokens. */
export function TokenPanel({ view, row, busy }: { view: TokenView | null; row: number; busy: boolean }) {
  const text = useText();
  const tokens = view?.tokens ?? [];
  const learned = tokens.filter((token) => token.supervised).length;
  return (
    <div className={classes.panel} aria-busy={busy}>
      <div className={classes.bar}>
        <h3 className={classes.heading}>{text.data.tokenTitle(row + 1)}</h3>
        {view && <span className={classes.count}>{text.data.tokenCount(tokens.length, learned)}</span>}
      </div>
      <TokenLegend />
      {view === null ? <Skeleton height={72} mt={12} /> : <TokenText tokens={tokens} />}
      {view?.truncated && (
        <Notice kind="warning">
          {text.data.truncated} {view.endCut && text.data.endCut}
        </Notice>
      )}
      {view?.systemInQuestion && <Notice kind="info">{text.data.systemInQuestion}</Notice>}
      {view?.askedDifferently && <Notice kind="info">{text.data.askedDifferently}</Notice>}
      {view?.toolsLeftOut && <Notice kind="warning">{text.data.toolsLeftOut}</Notice>}
      {view?.excluded != null && <Notice kind="warning">{text.problem(view.excluded).what}</Notice>}
    </div>
  );
}
