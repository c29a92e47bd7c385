import { IconLock } from "@tabler/icons-react";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./machine-line.module.css";

/** What the machine is, in one line at the foot of the page. */
export function MachineLine() {
  const text = useText().shell.machine;
  const environment = useStudio((state) => state.environment);
  const adapter = environment?.adapter;
  const parts = environment
    ? [
        adapter ? text.adapter(adapter.name, adapter.software) : text.none,
        adapter && text.f16(adapter.features.includes("shader-f16")),
        adapter && text.subgroups(adapter.features.includes("subgroups")),
        adapter && text.limits(adapter.maxBufferBytes, adapter.maxBindingBytes),
        environment.storage && text.storage(environment.storage.usedBytes, environment.storage.quotaBytes),
      ]
    : [text.looking];
  return (
    <footer className={classes.line}>
      <ul className={classes.parts}>{parts.map((part) => part && <li key={part}>{part}</li>)}</ul>
      <p className={classes.private}>
        <IconLock size={16} aria-hidden />
        {text.private}
      </p>
    </footer>
  );
}
