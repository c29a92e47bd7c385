import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconDownload, IconPencil, IconPuzzle, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { AdapterSummary } from "../../../protocol/commands";
import { methodSpecs } from "../../../spec/methods";
import { formatBytes, formatDate } from "../../lib/format";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/selectors";
import type { Text } from "../../text/en";
import { useText } from "../../text/text";
import classes from "./adapter-library.module.css";

/** The loaded model's adapters: take one into use, rename it, download it, or delete it after being asked by name. */
export function AdapterLibrary() {
  const text = useText();
  const { adapters, model } = useStudio((state) => ({ adapters: state.adapters, model: state.model }));
  if (!model || adapters.length === 0) return null;
  return (
    <div>
      <h3 className={classes.heading}>{text.export.library}</h3>
      <p className={classes.hint}>{text.export.libraryHint(model.title)}</p>
      <ul className={classes.list}>
        {adapters.map((adapter) => (
          <LibraryItem key={adapter.id} adapter={adapter} />
        ))}
      </ul>
    </div>
  );
}

type Mode = "shown" | "renaming" | "deleting";

function LibraryItem({ adapter }: { adapter: AdapterSummary }) {
  const [mode, setMode] = useState<Mode>("shown");
  const close = () => {
    setMode("shown");
  };
  if (mode === "renaming") return <Renaming adapter={adapter} onClose={close} />;
  if (mode === "deleting") return <Deleting adapter={adapter} onClose={close} />;
  return <ShownItem adapter={adapter} onMode={setMode} />;
}

function ShownItem({ adapter, onMode }: { adapter: AdapterSummary; onMode: (mode: Mode) => void }) {
  const text = useText();
  const { current, locked, choose, download } = useStudio((state) => ({
    current: state.adapterId === adapter.id,
    locked: isTraining(state) || state.answering || state.exporting,
    choose: state.chooseAdapter,
    download: state.exportAdapter,
  }));
  const actions = [
    [text.export.download(adapter.name), IconDownload, () => void download(adapter.id)],
    [
      text.export.rename(adapter.name),
      IconPencil,
      () => {
        onMode("renaming");
      },
    ],
    [
      text.export.remove(adapter.name),
      IconTrash,
      () => {
        onMode("deleting");
      },
    ],
  ] as const;
  return (
    <li className={classes.item} data-current={current || undefined}>
      <button
        type="button"
        className={classes.choose}
        aria-current={current}
        aria-label={text.export.use(adapter.name)}
        disabled={locked}
        onClick={() => {
          choose(adapter.id);
        }}
      >
        <IconPuzzle size={18} aria-hidden className={classes.icon} />
        <span className={classes.words}>
          <span className={classes.name}>{adapter.name}</span>
          <span className={classes.figures}>{figures(adapter, text)}</span>
        </span>
      </button>
      {actions.map(([label, Icon, act]) => (
        <ActionIcon
          key={label}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={label}
          title={label}
          disabled={locked}
          onClick={act}
        >
          <Icon size={18} aria-hidden />
        </ActionIcon>
      ))}
    </li>
  );
}

function figures(
  { method, origin, steps, finalLoss, savedAt, sizeBytes }: AdapterSummary,
  text: Text,
): string {
  const parts = [
    methodSpecs[method.id].title,
    origin === "trained" ? text.export.stepCount(steps) : text.export.origin.imported,
    finalLoss === null ? null : text.export.lossWas(finalLoss),
    formatBytes(sizeBytes),
    formatDate(savedAt),
  ];
  return parts.filter((part) => part !== null).join(" · ");
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
    <li className={classes.item} data-asking="name">
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
    </li>
  );
}

function Deleting({ adapter, onClose }: AskProps) {
  const text = useText();
  const remove = useStudio((state) => state.deleteAdapter);
  return (
    <li className={classes.item} data-asking="delete">
      <span className={classes.question}>{text.export.removeAsk(adapter.name)}</span>
      <span className={classes.answers}>
        <Button size="compact-sm" color="red.9" autoContrast={false} onClick={() => void remove(adapter.id)}>
          {text.export.removeYes}
        </Button>
        <Button size="compact-sm" variant="default" autoFocus onClick={onClose}>
          {text.export.removeNo}
        </Button>
      </span>
    </li>
  );
}
