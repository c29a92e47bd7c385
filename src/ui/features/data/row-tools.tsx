import { Button, NativeSelect, TextInput } from "@mantine/core";
import {
  IconArrowBackUp,
  IconCopyOff,
  IconDice5,
  IconDownload,
  IconPlus,
  IconRestore,
} from "@tabler/icons-react";
import { useState } from "react";
import { type DatasetSummary, DUPLICATE_MEASURES, type DuplicateMeasure } from "../../../shared/data";
import type { RowKind } from "../../../shared/rows";
import { useStudio, useStudioContext } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./row-browser.module.css";
import { RowForm } from "./row-form";
import { emptyRow } from "./row-parts";

const PANELS = [
  { name: "add", label: "addRow", Icon: IconPlus },
  { name: "sample", label: "sampleRows", Icon: IconDice5 },
  { name: "duplicates", label: "removeDuplicates", Icon: IconCopyOff },
] as const;

type Panel = (typeof PANELS)[number]["name"];

/** Actions on all rows of a dataset. */
export function RowTools({ dataset }: { dataset: DatasetSummary }) {
  const text = useText();
  const [panel, setPanel] = useState<Panel | null>(null);
  const { edit, exportRows, locked } = useStudio((state) => ({
    edit: state.editRows,
    exportRows: state.exportRows,
    locked: isExcluded(state, "edit-dataset"),
  }));
  const { id, edits } = dataset;
  const close = (): void => {
    setPanel(null);
  };
  const button = { size: "compact-md", variant: "default" } as const;
  return (
    <>
      <div className={classes.tools}>
        {PANELS.map(({ name, label, Icon }) => (
          <Button
            key={name}
            {...button}
            leftSection={<Icon size={16} aria-hidden />}
            aria-expanded={panel === name}
            disabled={locked}
            onClick={() => {
              setPanel(panel === name ? null : name);
            }}
          >
            {text.data[label]}
          </Button>
        ))}
        <Button
          {...button}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => void exportRows(id)}
        >
          {text.data.exportRows}
        </Button>
        {edits?.canUndo && (
          <Button
            {...button}
            leftSection={<IconArrowBackUp size={16} aria-hidden />}
            disabled={locked}
            onClick={() => void edit(id, { kind: "undo" })}
          >
            {text.data.undoEdit}
          </Button>
        )}
        {edits && edits.identity !== "" && (
          <Button
            {...button}
            leftSection={<IconRestore size={16} aria-hidden />}
            disabled={locked}
            onClick={() => void edit(id, { kind: "reset" })}
          >
            {text.data.resetEdits}
          </Button>
        )}
      </div>
      {panel === "add" && (
        <RowForm
          row={emptyRow(mainKind(dataset))}
          label={text.data.addRow}
          disabled={locked}
          onSave={(value) => edit(id, { kind: "add", value })}
          onClose={close}
        />
      )}
      {panel === "sample" && <SamplePanel dataset={dataset} locked={locked} onDone={close} />}
      {panel === "duplicates" && <DuplicatesPanel dataset={dataset} locked={locked} onDone={close} />}
    </>
  );
}

/** The most frequent kind of row. */
function mainKind({ kinds = {} }: DatasetSummary): RowKind {
  const [most] = Object.entries(kinds).sort(([, a], [, b]) => b - a);
  return (most?.[0] ?? "conversation") as RowKind;
}

interface PanelProps {
  readonly dataset: DatasetSummary;
  readonly locked: boolean;
  readonly onDone: () => void;
}

/** Fixed seed: equal counts give equal samples. */
const SAMPLE_SEED = 42;

function SamplePanel({ dataset, locked, onDone }: PanelProps) {
  const text = useText();
  const edit = useStudio((state) => state.editRows);
  const [typed, setTyped] = useState(String(Math.min(1000, dataset.rows)));
  const count = Number(typed);
  const isFine = Number.isInteger(count) && count >= 1 && count < dataset.rows;
  return (
    <form
      className={classes.panel}
      aria-label={text.data.sampleRows}
      onSubmit={(event) => {
        event.preventDefault();
        if (isFine) void edit(dataset.id, { kind: "sample", count, seed: SAMPLE_SEED }).then(onDone);
      }}
    >
      <TextInput
        label={text.data.sampleCount}
        description={text.data.sampleHint(dataset.rows)}
        inputWrapperOrder={["label", "input", "description"]}
        inputMode="numeric"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
        }}
      />
      <Button type="submit" size="compact-md" disabled={locked || !isFine}>
        {text.data.sampleTake}
      </Button>
    </form>
  );
}

function DuplicatesPanel({ dataset, locked, onDone }: PanelProps) {
  const text = useText();
  const { client } = useStudioContext();
  const edit = useStudio((state) => state.editRows);
  const [measure, setMeasure] = useState<DuplicateMeasure>("exact");
  const { id, edits } = dataset;
  const { value: count, busy } = useRemote(JSON.stringify([id, edits?.identity, measure]), (signal) =>
    client.withSignal(signal).call("countDuplicates", { id, measure }),
  );
  const known = busy ? null : count;
  return (
    <form
      className={classes.panel}
      aria-label={text.data.removeDuplicates}
      onSubmit={(event) => {
        event.preventDefault();
        void edit(id, { kind: "deduplicate", measure }).then(onDone);
      }}
    >
      <NativeSelect
        label={text.data.alike}
        value={measure}
        data={DUPLICATE_MEASURES.map((each) => ({ value: each, label: text.data.measures[each] }))}
        onChange={(event) => {
          setMeasure(DUPLICATE_MEASURES.find((each) => each === event.currentTarget.value) ?? "exact");
        }}
      />
      <p className={classes.count} role="status">
        {known === null ? text.data.counting : text.data.duplicateCount(known)}
      </p>
      <Button type="submit" size="compact-md" disabled={locked || known === null || known === 0}>
        {text.data.leaveOutRows(known ?? 0)}
      </Button>
    </form>
  );
}
