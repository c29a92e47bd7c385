import classes from "./facts.module.css";
import { Term, type TermId } from "./term";

/** A row of labelled figures, with the glossary's word for a label where there is one; null values are omitted. */
export function Facts({
  items,
  label,
}: {
  items: readonly (readonly [string, string | null, TermId?])[];
  label?: string;
}) {
  return (
    <dl className={classes.facts} {...(label === undefined ? {} : { "aria-label": label })}>
      {items.map(([name, value, term]) =>
        value === null ? null : (
          <div key={name} className={classes.fact}>
            <dt className={classes.name}>{term ? <Term id={term}>{name}</Term> : name}</dt>
            <dd className={classes.value}>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
