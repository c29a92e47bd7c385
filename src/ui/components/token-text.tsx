import { Button, VisuallyHidden } from "@mantine/core";
import { Fragment, useState } from "react";
import type { TokenPart, TokenView } from "../../shared/data";
import { tokenRuns, type TokenRun } from "../lib/token-runs";
import { useText } from "../text/text";
import classes from "./token-text.module.css";

/** Tokens rendered at once; a long row would otherwise slow the page. */
const PAGE_TOKENS = 600;

/** Tokens with their roles, loss mask and special tokens, and a legend of the parts that occur. */
export function TokenText({ tokens }: { tokens: TokenView["tokens"] }) {
  const text = useText();
  const [shown, setShown] = useState(PAGE_TOKENS);
  const hidden = tokens.length - shown;
  return (
    <>
      <p className={classes.tokens} dir="auto">
        {tokenRuns(tokens.slice(0, shown)).map((run, index) => (
          <Run key={index} run={run} />
        ))}
      </p>
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
    </>
  );
}

/** The parts of a row and how their tokens look. */
export function TokenLegend({ parts = ["template", "prompt", "answer"] }: { parts?: readonly TokenPart[] }) {
  const text = useText();
  return (
    <ul className={classes.legend}>
      {parts.map((part) => (
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
      {unitsOf(run.tokens).map((unit, index) => (
        <Unit key={index} unit={unit} />
      ))}
    </>
  );
}

type Token = TokenView["tokens"][number];

/** A token, or several that share characters. */
function Unit({ unit }: { unit: readonly Token[] }) {
  const text = useText();
  const [token] = unit;
  if (!token) return null;
  return (
    <>
      <span
        className={classes.token}
        data-part={token.part}
        data-learned={token.supervised || undefined}
        data-special={token.special || undefined}
        title={text.format.list(unit.map(({ id }) => String(id)))}
      >
        {visible(token.text).map((line, part) => (
          <Fragment key={part}>
            {part > 0 && <br />}
            {line}
          </Fragment>
        ))}
        {unit.length > 1 && (
          <sub className={classes.count}>
            {unit.length}
            <VisuallyHidden>{text.data.tokensTogether}</VisuallyHidden>
          </sub>
        )}
      </span>
      <wbr />
    </>
  );
}

/** Groups tokens that share characters. */
function unitsOf(tokens: readonly Token[]): Token[][] {
  const units: Token[][] = [];
  for (const token of tokens) {
    const last = units.at(-1);
    if (token.continues && last) last.push(token);
    else units.push([token]);
  }
  return units;
}

/** A token's text with line breaks and lone spaces made visible, split after each line break. */
export function visible(text: string): string[] {
  const marked = text.replaceAll("\r", "␍").replaceAll("\n", "↵\n").replaceAll("\t", "⇥");
  const shown = marked.trim() === "" ? marked.replaceAll(" ", "·") : marked;
  return shown.split("\n");
}
