import { CopyButton } from "./copy-button";
import classes from "./code-block.module.css";

/** A block of code with a copy button. */
export function CodeBlock({ code, title, copyLabel }: { code: string; title: string; copyLabel: string }) {
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span>{title}</span>
        <CopyButton value={code} label={copyLabel} compact />
      </figcaption>
      <pre className={classes.code} tabIndex={0} aria-label={title}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}
