import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import { ModelCards } from "./model-cards";
import { OrphanList } from "./orphan-list";
import classes from "./model-step.module.css";

/** All available models, and the storage used by the stored ones. */
export function ModelLibrary() {
  return (
    <div>
      <ModelCards />
      <StorageLine />
      <OrphanList />
    </div>
  );
}

function StorageLine() {
  const text = useText();
  const { models, storage } = useStudio((state) => ({
    models: state.models,
    storage: state.environment?.storage ?? null,
  }));
  const kept = models.filter(({ source }) => source !== "built-in");
  if (kept.length === 0) return null;
  const bytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const left = storage && Math.max(0, storage.quotaBytes - storage.usedBytes);
  return (
    <p className={classes.storage}>
      {text.model.library(kept.length, bytes)}
      {storage && left !== null && ` ${text.model.storage(storage.usedBytes, left)}`}
    </p>
  );
}
