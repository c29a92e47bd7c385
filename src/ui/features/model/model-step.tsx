import { Checkbox, NativeSelect } from "@mantine/core";
import { IconFolderDown } from "@tabler/icons-react";
import { NF4_BLOCK_SIZES, QLORA } from "../../../shared/model";
import { DropZone } from "../../components/drop-zone";
import { FolderButton } from "../../components/folder-button";
import { Notice } from "../../components/notice";
import { ProblemAlert } from "../../components/problem-alert";
import { ProgressLine } from "../../components/progress-line";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { isExcluded, isRunning, jobOf } from "../../store/jobs";
import { useText } from "../../text/text";
import { HubPanel } from "./hub-panel";
import { ModelLibrary } from "./model-library";
import classes from "./model-step.module.css";

/** Second step: choose the base model: built in, from a hub, or from a local folder. */
export function ModelStep() {
  const text = useText();
  const { problem, dismiss, loading, cancel, nothing } = useStudio((state) => ({
    problem: state.modelProblem,
    dismiss: state.dismissModelProblem,
    loading: jobOf(state, "load-model"),
    cancel: state.cancelModel,
    nothing:
      state.modelsLoaded &&
      state.models.length === 0 &&
      !isRunning(state, "load-model") &&
      !state.modelProblem,
  }));
  return (
    <StepSection step="model" intro={text.model.intro}>
      <ModelSelect />
      <QuantizationChoice />
      {loading && <ProgressLine label={text.model.loading} timed={loading.progress} onCancel={cancel} />}
      <ProblemAlert problem={problem} onDismiss={dismiss} />
      {nothing && <Notice kind="info">{text.model.none}</Notice>}
      <ModelLibrary />
      <HubPanel />
      <ModelFiles />
    </StepSection>
  );
}

function ModelSelect() {
  const text = useText();
  const { models, modelId, loading, locked, load } = useStudio((state) => ({
    models: state.models,
    modelId: state.modelId,
    loading: jobOf(state, "load-model"),
    locked: isExcluded(state, "load-model"),
    load: state.loadModel,
  }));
  const shownId = loading ? loading.subject : modelId;
  const known = models.some((card) => card.id === shownId);
  return (
    <NativeSelect
      className={classes.select ?? ""}
      label={text.model.select}
      value={known ? (shownId ?? "") : ""}
      disabled={locked || models.length === 0}
      data={[
        ...(known
          ? []
          : [{ value: "", label: loading ? text.model.fromFiles : text.model.choose, disabled: true }]),
        ...models.map((card) => ({ value: card.id, label: card.title })),
      ]}
      onChange={(event) => void load(event.currentTarget.value)}
    />
  );
}

function QuantizationChoice() {
  const text = useText();
  const { quantization, disabled, choose } = useStudio((state) => ({
    quantization: state.quantization,
    disabled: isExcluded(state, "load-model"),
    choose: state.setQuantization,
  }));
  return (
    <>
      <Checkbox
        className={classes.select ?? ""}
        label={text.model.nf4}
        description={text.model.nf4Hint}
        checked={quantization !== null}
        disabled={disabled}
        onChange={(event) => void choose(event.currentTarget.checked ? QLORA : null)}
      />
      {quantization && (
        <>
          <NativeSelect
            className={classes.select ?? ""}
            label={text.model.nf4Block}
            description={text.model.nf4BlockHint}
            value={quantization.blockSize}
            disabled={disabled}
            data={NF4_BLOCK_SIZES.map(String)}
            onChange={(event) => {
              const blockSize = NF4_BLOCK_SIZES.find((size) => String(size) === event.currentTarget.value);
              if (blockSize) void choose({ ...quantization, blockSize });
            }}
          />
          <Checkbox
            className={classes.select ?? ""}
            label={text.model.nf4Double}
            description={text.model.nf4DoubleHint}
            checked={quantization.doubleQuantization}
            disabled={disabled}
            onChange={(event) =>
              void choose({ ...quantization, doubleQuantization: event.currentTarget.checked })
            }
          />
        </>
      )}
    </>
  );
}

function ModelFiles() {
  const text = useText();
  const { disabled, load } = useStudio((state) => ({
    disabled: isExcluded(state, "load-model"),
    load: state.loadModelFiles,
  }));
  return (
    <div className={classes.files}>
      <h3 className={classes.title}>{text.model.fromThisMachine}</h3>
      <DropZone
        label={text.model.file}
        title={text.model.drop}
        hint={text.model.dropHint}
        icon={<IconFolderDown size={24} aria-hidden />}
        multiple
        disabled={disabled}
        onFiles={(files) => void load(files)}
      />
      <FolderButton
        label={text.model.folderLabel}
        title={text.model.folder}
        disabled={disabled}
        onFiles={(files) => void load(files)}
      />
    </div>
  );
}
