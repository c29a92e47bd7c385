import { ActionIcon, Button } from "@mantine/core";
import { IconDatabase, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { DatasetSummary } from "../../../spec/data";
import { formatBytes } from "../../lib/format";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/selectors";
import { useText } from "../../text/text";
import classes from "./dataset-list.module.css";

/** The datasets kept on this machine: switch between them, or delete one after being asked by name. */
export function DatasetList() {
  const text = useText();
  const { datasets, loaded } = useStudio((state) => ({ datasets: state.datasets, loaded: state.dataLoaded }));
  if (!loaded || datasets.length === 0) return null;
  return (
    <div>
      <h3 className={classes.heading}>{text.data.datasets}</h3>
      <ul className={classes.list}>
        {datasets.map((dataset) => (
          <DatasetItem key={dataset.id} dataset={dataset} />
        ))}
      </ul>
    </div>
  );
}

function DatasetItem({ dataset }: { dataset: DatasetSummary }) {
  const text = useText();
  const [asking, setAsking] = useState(false);
  const { current, locked, choose, remove } = useStudio((state) => ({
    current: state.datasetId === dataset.id,
    locked: isTraining(state) || state.importing !== null,
    choose: state.chooseDataset,
    remove: state.deleteDataset,
  }));
  if (asking) {
    return (
      <li className={classes.item} data-asking>
        <span className={classes.question}>{text.data.removeAsk(dataset.name, dataset.rows)}</span>
        <span className={classes.answers}>
          <Button
            size="compact-sm"
            color="red.9"
            autoContrast={false}
            onClick={() => void remove(dataset.id)}
          >
            {text.data.removeYes}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            autoFocus
            onClick={() => {
              setAsking(false);
            }}
          >
            {text.data.removeNo}
          </Button>
        </span>
      </li>
    );
  }
  return (
    <li className={classes.item} data-current={current || undefined}>
      <button
        type="button"
        className={classes.choose}
        aria-current={current}
        aria-label={text.data.use(dataset.name)}
        disabled={locked}
        onClick={() => {
          choose(dataset.id);
        }}
      >
        <IconDatabase size={18} aria-hidden className={classes.icon} />
        <span className={classes.name}>{dataset.name}</span>
        <span className={classes.figures}>
          {text.data.rowCount(dataset.rows)} · {formatBytes(dataset.sizeBytes)}
        </span>
      </button>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={text.data.remove(dataset.name)}
        disabled={locked}
        onClick={() => {
          setAsking(true);
        }}
      >
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </li>
  );
}
