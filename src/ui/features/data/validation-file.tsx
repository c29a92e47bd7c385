import { ActionIcon } from "@mantine/core";
import { IconFileCheck, IconTrash } from "@tabler/icons-react";
import { DropZone } from "../../components/drop-zone";
import { Notice } from "../../components/notice";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { selectValidation } from "../../store/selectors";
import { useText } from "../../text/text";
import { DATASET_FILES } from "./dataset-files";
import classes from "./validation-file.module.css";

/** Chooses a validation file to use instead of holding out rows of the dataset. */
export function ValidationFile() {
  const text = useText();
  const { file, disabled, locked, importValidation, remove } = useStudio((state) => ({
    file: selectValidation(state),
    disabled: isExcluded(state, "import-dataset"),
    locked: isExcluded(state, "delete-dataset"),
    importValidation: state.importValidation,
    remove: state.deleteDataset,
  }));
  return (
    <div className={classes.validation}>
      <DropZone
        label={text.data.validationFile}
        title={text.data.validationFile}
        hint={text.data.validationHint}
        icon={<IconFileCheck size={24} aria-hidden />}
        accept={DATASET_FILES}
        multiple
        disabled={disabled}
        onFiles={(files) => {
          const [first, ...others] = files;
          if (first) void importValidation(files, text.data.filesName(first.name, others.length));
        }}
      />
      {file && (
        <div className={classes.file}>
          <Notice kind="info">
            {text.data.validationInUse(
              file.name,
              file.rows,
              text.data.formatName(file.format ?? "alpaca", file.container),
            )}
          </Notice>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={text.data.removeValidation}
            title={text.data.removeValidation}
            disabled={locked}
            onClick={() => void remove(file.id)}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}
