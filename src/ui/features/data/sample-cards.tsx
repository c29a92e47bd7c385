import { Skeleton } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./sample-cards.module.css";

/** The sample datasets, each imported with a click. */
export function SampleCards() {
  const text = useText();
  const { samples, loaded, current, busy, importSample } = useStudio((state) => ({
    samples: state.samples,
    loaded: state.dataLoaded,
    current: state.datasetId === null ? undefined : state.sampleOf[state.datasetId],
    busy: isExcluded(state, "import-dataset"),
    importSample: state.importSample,
  }));
  if (loaded && samples.length === 0) return null;
  return (
    <div role="group" aria-label={text.data.samples} className={classes.cards}>
      {!loaded && [0, 1, 2, 3].map((card) => <Skeleton key={card} height={96} radius="md" />)}
      {samples.map((sample) => (
        <button
          key={sample.id}
          type="button"
          className={classes.card}
          aria-pressed={sample.id === current}
          disabled={busy}
          onClick={() => void importSample(sample.id)}
        >
          <span className={classes.title}>
            {text.data.sampleTexts[sample.id].title}
            {sample.id === current && <IconCheck size={18} aria-hidden className={classes.check} />}
          </span>
          <span className={classes.teaches}>{text.data.sampleTexts[sample.id].teaches}</span>
        </button>
      ))}
    </div>
  );
}
