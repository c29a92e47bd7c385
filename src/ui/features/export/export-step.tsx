import { Button, Checkbox } from "@mantine/core";
import { IconDownload, IconPackageImport } from "@tabler/icons-react";
import { useState } from "react";
import type { AdapterSummary } from "../../../shared/adapter";
import { folderReaders } from "../../../shared/folder-format";
import { pythonUsage } from "../../../shared/python-usage";
import { CodeBlock } from "../../components/code-block";
import { DropZone } from "../../components/drop-zone";
import { Facts } from "../../components/facts";
import { ProblemAlert } from "../../components/problem-alert";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { isExcluded, isRunning } from "../../store/jobs";
import { selectAdapter } from "../../store/selectors";
import { useText } from "../../text/text";
import { AdapterLibrary } from "./adapter-library";
import classes from "./export-step.module.css";
import { MergeCard } from "./merge-card";

/** Last step: take the adapter along, or bring one in. */
export function ExportStep() {
  const text = useText();
  const { problem, dismiss } = useStudio((state) => ({
    problem: state.exportProblem,
    dismiss: state.dismissExportProblem,
  }));
  return (
    <StepSection step="export" intro={text.export.intro}>
      <AdapterLibrary />
      <ExportCard />
      <MergeCard />
      <ProblemAlert problem={problem} onDismiss={dismiss} />
      <ImportCard />
    </StepSection>
  );
}

function ExportCard() {
  const text = useText();
  const { adapter, model, exporting, locked, saved, exportAdapter } = useStudio((state) => ({
    adapter: selectAdapter(state),
    model: state.model,
    exporting: isRunning(state, "export"),
    locked: isExcluded(state, "export"),
    saved: state.lastExport,
    exportAdapter: state.exportAdapter,
  }));
  const [wantsOptimizer, setWantsOptimizer] = useState(false);
  const format = adapter?.format ?? "peft";
  const reader = folderReaders[format];
  const { title, what } = text.export.formats[reader];
  const optimizerBytes = adapter?.optimizerBytes ?? 0;
  return (
    <article className={classes.card}>
      <div className={classes.head}>
        <div className={classes.words}>
          <h3 className={classes.title}>{title}</h3>
          <p className={classes.what}>{what}</p>
        </div>
        <Button
          leftSection={<IconDownload size={18} aria-hidden />}
          disabled={!adapter || locked}
          loading={exporting}
          onClick={() => {
            if (adapter) void exportAdapter(adapter.id, wantsOptimizer && optimizerBytes > 0);
          }}
        >
          {text.export.button}
        </Button>
      </div>
      {optimizerBytes > 0 && (
        <Checkbox
          label={text.export.withOptimizer}
          description={text.export.withOptimizerHint(optimizerBytes)}
          checked={wantsOptimizer}
          disabled={exporting}
          onChange={(event) => {
            setWantsOptimizer(event.currentTarget.checked);
          }}
        />
      )}
      {adapter ? <AdapterFacts adapter={adapter} /> : <p className={classes.what}>{text.export.none}</p>}
      {saved && <p className={classes.saved}>{text.export.saved(saved.name, saved.sizeBytes)}</p>}
      {reader !== "luthier" && (
        <CodeBlock
          title={text.export.python}
          copyLabel={text.export.pythonCopy}
          code={pythonUsage(
            {
              name: "path/to/base-model",
              autoModel: model?.autoModel ?? "AutoModelForCausalLM",
              family: model?.family ?? "",
            },
            format,
            `path/to/${saved ? saved.name.replace(/\.zip$/, "") : "adapter"}`,
          )}
        />
      )}
    </article>
  );
}

function AdapterFacts({ adapter }: { adapter: AdapterSummary }) {
  const text = useText();
  const { facts } = text.export;
  return (
    <Facts
      items={[
        [facts.name, adapter.name],
        [facts.method, text.methods[adapter.method.id].title],
        [facts.origin, text.export.origin[adapter.origin]],
        [facts.steps, adapter.steps > 0 ? text.format.integer(adapter.steps) : null],
        [facts.loss, adapter.finalLoss === null ? null : text.format.loss(adapter.finalLoss)],
        [facts.validation, adapter.validationLoss === null ? null : text.format.loss(adapter.validationLoss)],
        [facts.trainable, text.format.integer(adapter.trainableParameters)],
        [facts.size, text.format.bytes(adapter.sizeBytes)],
      ]}
    />
  );
}

function ImportCard() {
  const text = useText();
  const { busy, locked, hasModel, importAdapter } = useStudio((state) => ({
    busy: isRunning(state, "import-adapter"),
    locked: isExcluded(state, "import-adapter"),
    hasModel: state.model !== null,
    importAdapter: state.importAdapter,
  }));
  return (
    <div className={classes.import}>
      <h3 className={classes.title}>{text.export.importTitle}</h3>
      <DropZone
        label={text.export.file}
        title={busy ? text.export.importing : text.export.drop}
        hint={hasModel ? text.export.dropHint : text.export.needsModel}
        icon={<IconPackageImport size={24} aria-hidden />}
        multiple
        disabled={locked || !hasModel}
        onFiles={(files) => void importAdapter(files)}
      />
    </div>
  );
}
