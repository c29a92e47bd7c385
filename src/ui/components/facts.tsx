import classes from "./facts.module.css";

/** A row of labelled figures; null values are omitted. */
export function Facts({
  items,
  label,
}: {
  items: readonly (readonly [string, string | null])[];
  label?: string;
}) {
  return (
    <dl className={classes.facts} {...(label === undefined ? {} : { "aria-label": label })}>
      {items.map(([name, value]) =>
        value === null ? null : (
          <div key={name} className={classes.fact}>
            <dt className={classes.name}>{name}</dt>
            <dd className={classes.value}>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
