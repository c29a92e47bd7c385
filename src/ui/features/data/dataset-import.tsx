import { Button, Textarea } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { useState } from "react";
import { FolderButton } from "../../components/folder-button";
import { Fold } from "../../components/fold";
import { ProgressLine } from "../../components/progress-line";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { useText } from "../../text/text";
import { HubDataset } from "./hub-dataset";
import classes from "./dataset-import.module.css";
import { RowFilesZone, takeFiles } from "./row-files-zone";

/** Imports dropped, picked or pasted rows, and shows the progress. */
export function DatasetImport() {
  const text = useText();
  const { importing, disabled, importFiles, cancel } = useStudio((state) => ({
    importing: jobOf(state, "import-dataset"),
    disabled: isExcluded(state, "import-dataset"),
    importFiles: state.importFiles,
    cancel: state.cancelImport,
  }));
  return (
    <div className={classes.import}>
      <RowFilesZone
        label={text.data.file}
        title={text.data.drop}
        hint={text.data.dropHint}
        icon={<IconFileImport size={24} aria-hidden />}
        onRows={(files, name) => void importFiles(files, name)}
      />
      <div>
        <FolderButton
          label={text.data.folderLabel}
          title={text.data.folder}
          disabled={disabled}
          onFiles={(files) => {
            takeFiles(files, text, (rows, name) => void importFiles(rows, name));
          }}
        />
      </div>
      {importing && <ProgressLine label={text.data.importing} timed={importing.progress} onCancel={cancel} />}
      <Fold title={text.data.fromHub}>
        <HubDataset />
      </Fold>
      <Fold title={text.data.paste}>
        <PasteArea disabled={disabled} onPaste={(file) => void importFiles([file], file.name)} />
      </Fold>
    </div>
  );
}

function PasteArea({ disabled, onPaste }: { disabled: boolean; onPaste: (file: File) => void }) {
  const text = useText();
  const [pasted, setPasted] = useState("");
  return (
    <div className={classes.paste}>
      <Textarea
        label={text.data.pasteLabel}
        placeholder={text.data.pastePlaceholder}
        value={pasted}
        minRows={4}
        maxRows={14}
        autosize
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        onChange={(event) => {
          setPasted(event.currentTarget.value);
        }}
      />
      <Button
        variant="default"
        disabled={disabled || pasted.trim() === ""}
        onClick={() => {
          onPaste(new File([pasted], text.data.pastedName, { type: "text/plain" }));
          setPasted("");
        }}
      >
        {text.data.pasteButton}
      </Button>
    </div>
  );
}
