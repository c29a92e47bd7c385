import { NativeSelect } from "@mantine/core";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { mixableDatasets, selectMixed } from "../../store/selectors";
import { useText } from "../../text/text";
import classes from "./train-step.module.css";

/** Chooses a dataset to mix into the training rows. */
export function MixedDataset() {
  const text = useText().train.mixed;
  const { datasets, datasetId, chosen, locked, choose } = useStudio((state) => ({
    datasets: state.datasets,
    datasetId: state.datasetId,
    chosen: selectMixed(state)?.id ?? "",
    locked: isTraining(state),
    choose: state.chooseMixed,
  }));
  const others = mixableDatasets(datasets, datasetId);
  if (others.length === 0) return <p className={classes.mixedNone}>{text.none}</p>;
  return (
    <NativeSelect
      className={classes.mixed ?? ""}
      label={text.label}
      value={chosen}
      disabled={locked}
      error={chosen === "" ? text.choose : null}
      data={[
        { value: "", label: text.nothing },
        ...others.map(({ id, name, rows }) => ({ value: id, label: text.choice(name, rows) })),
      ]}
      onChange={({ currentTarget: { value } }) => {
        choose(value || null);
      }}
    />
  );
}
