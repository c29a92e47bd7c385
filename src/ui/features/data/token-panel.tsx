import { Button, Skeleton, VisuallyHidden } from "@mantine/core";
import { Fragment, useState } from "react";
import type { TokenPart, TokenView } from "../../../shared/data";
import { Notice } from "../../components/notice";
import { tokenRuns, type TokenRun } from "../../lib/token-runs";
import { useText } from "../../text/text";
import classes from "./token-panel.module.css";

/** Tokens rendered at once; a long row would otherwise slow the page. */
const PAGE_TOKENS = 600;

/** The tokens of a row, with each token's role, loss mask and special tokens. */
export function TokenPanel({ view, row, busy }: { view: TokenView | null; row: number; busy: boolean }) {
  const text = useText();
  const [shown, setShown] = useState(PAGE_TOKENS);
  const tokens = view?.tokens ?? [];
  const learned = tokens.filter((token) => token.supervised).length;
  const hidden = tokens.length - shown;
  return (
    <div className={classes.panel} aria-busy={busy}>
      <div className={classes.bar}>
        <h3 className={classes.heading}>{text.data.tokenTitle(row + 1)}</h3>
        {view && <span className={classes.count}>{text.data.tokenCount(tokens.length, learned)}</span>}
      </div>
      <Legend />
      {view === null ? (
        <Skeleton height={72} mt={12} />
      ) : (
        <p className={classes.tokens}>
          {tokenRuns(tokens.slice(0, shown)).map((run, index) => (
            <Run key={index} run={run} />
          ))}
        </p>
      )}
      {hidden > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            setShown(shown + PAGE_TOKENS);
          }}
        >
          {text.data.moreTokens(Math.min(hidden, PAGE_TOKENS))}
        </Button>
      )}
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

function Legend() {
  const text = useText();
  return (
    <ul className={classes.legend}>
      {(["template", "prompt", "answer"] as const).map((part) => (
        <li key={part}>
          <span className={classes.token} data-part={part} data-learned={part === "answer" || undefined}>
            {text.data.legend[part]}
          </span>
        </li>
      ))}
      <li>
        <span className={classes.token} data-special>
          {text.data.legend.special}
        </span>
      </li>
    </ul>
  );
}

/** Consecutive tokens of one part, labelled once for screen readers. */
function Run({ run }: { run: TokenRun }) {
  const text = useText();
  const names: Record<TokenPart, string> = text.data.legend;
  return (
    <>
      <VisuallyHidden>{text.data.spokenPart(names[run.part])}</VisuallyHidden>
      {run.tokens.map((token, index) => (
        <Fragment key={index}>
          <span
            className={classes.token}
            data-part={token.part}
            data-learned={token.supervised || undefined}
            data-special={token.special || undefined}
            title={`${String(token.id)}`}
          >
            {visible(token.text).map((line, part) => (
              <Fragment key={part}>
                {part > 0 && <br />}
                {line}
              </Fragment>
            ))}
          </span>
          <wbr />
        </Fragment>
      ))}
    </>
  );
}

/** A token's text with line breaks and lone spaces made visible, split after each line break. */
function visible(text: string): string[] {
  const marked = text.replaceAll("\r", "␍").replaceAll("\n", "↵\n").replaceAll("\t", "⇥");
  const shown = marked.trim() === "" ? marked.replaceAll(" ", "·") : marked;
  return shown.split("\n");
}
