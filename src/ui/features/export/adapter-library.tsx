import { Button, TextInput } from "@mantine/core";
import { IconDownload, IconPencil, IconPuzzle, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { AdapterSummary } from "../../../shared/adapter";
import { DeletionQuestion, LibraryItem, LibraryList, LibraryQuestion } from "../../components/library-list";
import { Pager } from "../../components/pager";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { type Text, useText } from "../../text/text";
import classes from "./adapter-library.module.css";

/** The loaded model's adapters: select, rename, download, or delete after confirmation. */
export function AdapterLibrary() {
  const text = useText();
  const { adapters, model } = useStudio((state) => ({ adapters: state.adapters, model: state.model }));
  const [chosen, setChosen] = useState(0);
  if (!model || adapters.length === 0) return null;
  const offset = Math.min(chosen, Math.floor((adapters.length - 1) / PAGE_SIZE) * PAGE_SIZE);
  return (
    <>
      <LibraryList title={text.export.library} hint={text.export.libraryHint(model.title)}>
        {adapters.slice(offset, offset + PAGE_SIZE).map((adapter) => (
          <AdapterItem key={adapter.id} adapter={adapter} />
        ))}
      </LibraryList>
      {adapters.length > PAGE_SIZE && (
        <Pager
          offset={offset}
          size={PAGE_SIZE}
          total={adapters.length}
          earlier={text.export.laterAdapters}
          later={text.export.earlierAdapters}
          onPage={setChosen}
        />
      )}
    </>
  );
}

/** Adapters rendered at a time. */
const PAGE_SIZE = 20;

type Mode = "shown" | "renaming" | "deleting";
const AT_FIRST = { mode: "shown", before: "shown" } as const;

function AdapterItem({ adapter }: { adapter: AdapterSummary }) {
  const [{ mode, before }, setModes] = useState<{ mode: Mode; before: Mode }>(AT_FIRST);
  const setMode = (next: Mode) => {
    setModes({ mode: next, before: mode });
  };
  const close = () => {
    setMode("shown");
  };
  if (mode === "renaming") return <Renaming adapter={adapter} onClose={close} />;
  if (mode === "deleting") return <Deleting adapter={adapter} onClose={close} />;
  return <ShownItem adapter={adapter} before={before} onMode={setMode} />;
}

interface ShownProps {
  readonly adapter: AdapterSummary;
  /** The mode before the current one. */
  readonly before: Mode;
  readonly onMode: (mode: Mode) => void;
}

function ShownItem({ adapter, before, onMode }: ShownProps) {
  const text = useText();
  const { current, locked, choose, download } = useStudio((state) => ({
    current: state.adapterId === adapter.id,
    locked: isExcluded(state, "edit-library"),
    choose: state.chooseAdapter,
    download: state.makeExport,
  }));
  return (
    <LibraryItem
      icon={IconPuzzle}
      name={adapter.name}
      figures={figures(adapter, text)}
      label={text.export.use(adapter.name)}
      current={current}
      locked={locked}
      onChoose={() => {
        choose(adapter.id);
      }}
      actions={[
        {
          label: text.export.download(adapter.name),
          icon: IconDownload,
          act: () => void download(adapter.id, "adapter"),
        },
        {
          label: text.export.rename(adapter.name),
          icon: IconPencil,
          focused: before === "renaming",
          act: () => {
            onMode("renaming");
          },
        },
        {
          label: text.export.remove(adapter.name),
          icon: IconTrash,
          focused: before === "deleting",
          act: () => {
            onMode("deleting");
          },
        },
      ]}
    />
  );
}

function figures(
  { method, origin, steps, finalLoss, savedAt, sizeBytes }: AdapterSummary,
  text: Text,
): string[] {
  const parts = [
    text.methods[method.id].title,
    origin === "trained" ? text.export.stepCount(steps) : text.export.origin.imported,
    finalLoss === null ? null : text.export.lossWas(finalLoss),
    text.format.bytes(sizeBytes),
    text.format.date(savedAt),
  ];
  return parts.filter((part) => part !== null);
}

interface AskProps {
  readonly adapter: AdapterSummary;
  readonly onClose: () => void;
}

function Renaming({ adapter, onClose }: AskProps) {
  const text = useText();
  const [name, setName] = useState(adapter.name);
  const rename = useStudio((state) => state.renameAdapter);
  return (
    <LibraryQuestion>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          void rename(adapter.id, name);
        }}
      >
        <TextInput
          className={classes.input ?? ""}
          aria-label={text.export.renameLabel}
          value={name}
          maxLength={80}
          autoFocus
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") onClose();
          }}
        />
        <Button size="compact-sm" type="submit" disabled={name.trim() === ""}>
          {text.export.renameYes}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onClose}>
          {text.export.renameNo}
        </Button>
      </form>
    </LibraryQuestion>
  );
}

function Deleting({ adapter, onClose }: AskProps) {
  const text = useText();
  const remove = useStudio((state) => state.deleteAdapter);
  return (
    <DeletionQuestion
      question={text.export.removeAsk(adapter.name)}
      yes={text.export.removeYes}
      no={text.export.removeNo}
      onYes={() => void remove(adapter.id)}
      onNo={onClose}
    />
  );
}
