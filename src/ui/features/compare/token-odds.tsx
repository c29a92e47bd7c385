import { type FocusEvent, Fragment, type KeyboardEvent, useState } from "react";
import type { TokenChance } from "../../../shared/generation";
import { visible } from "../../components/token-text";
import { useText } from "../../text/text";
import classes from "./token-odds.module.css";

/** An answer shaded by token probability, with details of the token under the pointer or in focus. */
export function TokenOdds({
  name,
  tokens,
}: {
  readonly name: string;
  readonly tokens: readonly TokenChance[];
}) {
  const text = useText();
  const [active, setActive] = useState<number | null>(null);
  const [place, setPlace] = useState(0);
  const token = active === null ? null : (tokens[active] ?? null);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: tokens.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = event.currentTarget.children[Math.max(0, Math.min(tokens.length - 1, to))];
    if (next instanceof HTMLElement) next.focus();
  };
  return (
    <>
      <div
        role="listbox"
        aria-label={text.compare.oddsOf(name)}
        aria-orientation="horizontal"
        className={classes.tokens}
        onKeyDown={onKeyDown}
      >
        {tokens.map((chance, index) => (
          <span
            key={index}
            role="option"
            aria-selected={index === active}
            aria-label={text.compare.oddsSpoken(chance)}
            tabIndex={index === place ? 0 : -1}
            className={classes.token}
            data-odds={levelOf(chance.probability)}
            data-active={index === active || undefined}
            onFocus={() => {
              setPlace(index);
              setActive(index);
            }}
            onBlur={(event: FocusEvent) => {
              if (!event.currentTarget.parentElement?.contains(event.relatedTarget)) setActive(null);
            }}
            onPointerEnter={() => {
              setActive(index);
            }}
          >
            {chance.continues
              ? "⋯"
              : visible(chance.text).map((line, part) => (
                  <Fragment key={part}>
                    {part > 0 && <br />}
                    {line}
                  </Fragment>
                ))}
          </span>
        ))}
      </div>
      <Details token={token} />
    </>
  );
}

/** A token's probability, and the alternatives. */
function Details({ token }: { readonly token: TokenChance | null }) {
  const text = useText();
  if (!token) return <p className={classes.hint}>{text.compare.oddsHint}</p>;
  return (
    <div className={classes.details} aria-hidden>
      <p className={classes.chosen}>{text.compare.odds(visible(token.text).join(""), token.probability)}</p>
      <dl className={classes.likeliest}>
        {token.likeliest.map(({ id, text: other, probability }) => (
          <div key={id} data-chosen={id === token.id || undefined}>
            <dt>{visible(other).join("")}</dt>
            <dd>
              <span className={classes.bar} style={{ inlineSize: `${String(probability * 100)}%` }} />
              <span className={classes.share}>{text.format.share(probability)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** From 0 (nearly certain) to 3 (unlikely). */
function levelOf(probability: number): number {
  return probability >= 0.8 ? 0 : probability >= 0.5 ? 1 : probability >= 0.2 ? 2 : 3;
}
