import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { ProgressLine } from "../../components/progress-line";
import { canChooseFolder, chooseFolder } from "../../lib/choose-folder";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { selectAdapter } from "../../store/selectors";
import { useText } from "../../text/text";
import classes from "./export-step.module.css";

/** From this size on a merged model is written straight into a folder, where the browser can. */
const FOLDER_BYTES = 500_000_000;

/** The whole model with the adapter in its weights, where the method allows that. */
export function MergeCard() {
  const text = useText();
  const { adapter, model, locked, merging, saved, merge, cancel } = useStudio((state) => ({
    adapter: selectAdapter(state),
    model: state.model,
    locked: isExcluded(state, "merge"),
    merging: jobOf(state, "merge"),
    saved: state.lastMerge,
    merge: state.mergeAdapter,
    cancel: state.cancelMerge,
  }));
  if (!model || !adapter?.merges) return null;
  // What is quantised is widened to two bytes a number.
  const sizeBytes = Math.max(model.sizeBytes, 2 * model.parameters);
  const intoFolder = sizeBytes >= FOLDER_BYTES && canChooseFolder();
  const start = async () => {
    const folder = intoFolder ? await chooseFolder() : null;
    if (folder || !intoFolder) await merge(adapter.id, folder);
  };
  return (
    <article className={classes.card}>
      <div className={classes.head}>
        <div className={classes.words}>
          <h3 className={classes.title}>{text.export.mergedTitle}</h3>
          <p className={classes.what}>{text.export.mergedWhat(adapter.name)}</p>
          <p className={classes.what}>
            {model.quantised && `${text.export.mergedLossy[model.quantised]} `}
            {intoFolder ? text.export.mergedFolder(sizeBytes) : text.export.mergedZip(sizeBytes)}
          </p>
        </div>
        <Button
          variant="light"
          leftSection={<IconDownload size={18} aria-hidden />}
          disabled={locked}
          loading={merging !== null}
          onClick={() => void start()}
        >
          {text.export.mergedButton}
        </Button>
      </div>
      {merging && <ProgressLine label={text.export.merging} timed={merging.progress} onCancel={cancel} />}
      {saved && <p className={classes.saved}>{text.export.saved(saved.name, saved.sizeBytes)}</p>}
    </article>
  );
}
