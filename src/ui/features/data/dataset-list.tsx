import { IconDatabase, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { DatasetSummary } from "../../../shared/data";
import { DeletionQuestion, LibraryItem, LibraryList } from "../../components/library-list";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";

/** The stored datasets: select one, or delete one after confirmation. */
export function DatasetList() {
  const text = useText();
  const { all, loaded } = useStudio((state) => ({ all: state.datasets, loaded: state.dataLoaded }));
  const datasets = all.filter(({ validates }) => validates === undefined);
  if (!loaded || datasets.length === 0) return null;
  return (
    <LibraryList title={text.data.datasets}>
      {datasets.map((dataset) => (
        <DatasetItem key={dataset.id} dataset={dataset} />
      ))}
    </LibraryList>
  );
}

function DatasetItem({ dataset }: { dataset: DatasetSummary }) {
  const text = useText();
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState(false);
  const { current, locked, choose, remove } = useStudio((state) => ({
    current: state.datasetId === dataset.id,
    locked: isExcluded(state, "delete-dataset"),
    choose: state.chooseDataset,
    remove: state.deleteDataset,
  }));
  if (asking) {
    return (
      <DeletionQuestion
        question={text.data.removeAsk(dataset.name, dataset.rows)}
        yes={text.data.removeYes}
        no={text.data.removeNo}
        onYes={() => void remove(dataset.id)}
        onNo={() => {
          setAsked(true);
          setAsking(false);
        }}
      />
    );
  }
  return (
    <LibraryItem
      icon={IconDatabase}
      name={dataset.name}
      figures={[
        text.data.formatName(dataset.format ?? "alpaca", dataset.container),
        text.data.rowCount(dataset.rows),
        text.format.bytes(dataset.sizeBytes),
      ]}
      label={text.data.use(dataset.name)}
      current={current}
      locked={locked}
      onChoose={() => {
        choose(dataset.id);
      }}
      actions={[
        {
          label: text.data.remove(dataset.name),
          icon: IconTrash,
          focused: asked,
          act: () => {
            setAsking(true);
          },
        },
      ]}
    />
  );
}
