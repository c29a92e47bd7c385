import type { MemoryForecast } from "../../../shared/forecast";
import { useText } from "../../text/text";
import classes from "./run-forecast.module.css";

/** Order in the bar; the smallest are last. */
const PARTS = ["weights", "activations", "optimizer", "adapter", "others", "inputs"] as const;

/** The parts of a run's GPU memory as a stacked bar against the budget, and as numbers. */
export function MemoryBar({ memory, budgetBytes }: { memory: MemoryForecast; budgetBytes: number }) {
  const text = useText();
  const end = Math.max(memory.total, budgetBytes);
  const shown = PARTS.filter((part) => memory[part] > 0);
  return (
    <div>
      <div role="img" className={classes.bar} aria-label={text.forecast.barLabel(memory.total, budgetBytes)}>
        {shown.map((part) => (
          <div
            key={part}
            className={classes.part}
            data-part={part}
            style={{ width: `${(memory[part] / end) * 100}%` }}
          />
        ))}
        {memory.total > budgetBytes && (
          <div className={classes.limit} style={{ left: `${(budgetBytes / end) * 100}%` }} />
        )}
      </div>
      <ul className={classes.legend}>
        {shown.map((part) => (
          <li key={part}>
            <span className={classes.swatch} data-part={part} aria-hidden />
            <span className={classes.name}>{text.forecast.parts[part]}</span>
            <span className={classes.bytes}>{text.format.bytes(memory[part])}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
