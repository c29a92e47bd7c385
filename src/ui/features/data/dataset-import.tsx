import { Button, Textarea } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { useState } from "react";
import { DropZone } from "../../components/drop-zone";
import { Fold } from "../../components/fold";
import { ProgressLine } from "../../components/progress-line";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { useText } from "../../text/text";
import { DATASET_FILES } from "./dataset-files";
import classes from "./dataset-import.module.css";

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
      <DropZone
        label={text.data.file}
        title={text.data.drop}
        hint={text.data.dropHint}
        icon={<IconFileImport size={24} aria-hidden />}
        accept={DATASET_FILES}
        multiple
        disabled={disabled}
        onFiles={(files) => {
          const [first, ...others] = files;
          if (first) void importFiles(files, text.data.filesName(first.name, others.length));
        }}
      />
      {importing && <ProgressLine label={text.data.importing} timed={importing.progress} onCancel={cancel} />}
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
