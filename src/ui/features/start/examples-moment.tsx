import { Skeleton } from "@mantine/core";
import { questionOf, type Row } from "../../../shared/rows";
import { useStudio, useStudioContext } from "../../store/context";
import { selectDataset } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./first-sight.module.css";

const SHOWN_ROWS = 2;

/** The first rows of the dataset in use, as questions and answers. */
export function ExamplesMoment() {
  const text = useText();
  const { client } = useStudioContext();
  const { dataset, loaded } = useStudio((state) => ({
    dataset: selectDataset(state),
    loaded: state.dataLoaded,
  }));
  const query = { text: "", filter: "all", minTokens: 0 } as const;
  const key = dataset && dataset.rows > 0 ? `${dataset.id} ${dataset.edits?.identity ?? ""}` : null;
  const { value } = useRemote(key, (signal) =>
    client
      .withSignal(signal)
      .call("findRows", { id: dataset?.id ?? "", query, offset: 0, count: SHOWN_ROWS, encoding: null }),
  );
  if (loaded && !dataset) return <p className={classes.quiet}>{text.shell.detail.noData}</p>;
  if (!dataset || (key !== null && !value)) return <Skeleton height={112} radius="md" />;
  return (
    <>
      <p className={classes.quiet}>
        {text.shell.lines.joined([dataset.name, text.data.rowCount(dataset.rows)])}
      </p>
      {value?.rows.map(({ row, number }) => (
        <ExampleRow key={number} row={row} />
      ))}
    </>
  );
}

function ExampleRow({ row }: { readonly row: Row }) {
  const asked = questionOf(row);
  if (!asked)
    return (
      <p className={classes.clamped} dir="auto">
        {row.kind === "text" ? row.text : ""}
      </p>
    );
  return (
    <div className={classes.pair}>
      <p className={classes.asked} dir="auto">
        {asked.text}
      </p>
      <p className={classes.clamped} dir="auto">
        {asked.answer}
      </p>
    </div>
  );
}
