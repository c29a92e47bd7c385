import { IconLock } from "@tabler/icons-react";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./machine-line.module.css";

/** The machine's capabilities, in one line at the foot of the page. */
export function MachineLine() {
  const text = useText().shell.machine;
  const environment = useStudio((state) => state.environment);
  const gpu = environment?.gpu;
  const parts = environment
    ? [
        gpu ? text.gpu(gpu.name, gpu.software) : text.none,
        gpu && text.f16(gpu.features.includes("shader-f16")),
        gpu && text.subgroups(gpu.features.includes("subgroups")),
        gpu && text.limits(gpu.maxBufferBytes, gpu.maxBindingBytes),
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
      <a className={classes.licences} href="licenses.txt" target="_blank" rel="noreferrer">
        {text.licences}
      </a>
    </footer>
  );
}
