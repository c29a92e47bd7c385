import { IconPackageImport } from "@tabler/icons-react";
import type { AdapterSummary } from "../../../shared/adapter";
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
import { ExportList } from "./export-list";

/** Last step: export the adapter, or import one. */
export function ExportStep() {
  const text = useText();
  const { problem, dismiss } = useStudio((state) => ({
    problem: state.exportProblem,
    dismiss: state.dismissExportProblem,
  }));
  return (
    <StepSection step="export" intro={text.export.intro}>
      <AdapterLibrary />
      <AdapterCard />
      <ExportList />
      <ProblemAlert problem={problem} onDismiss={dismiss} />
      <ImportCard />
    </StepSection>
  );
}

/** The adapter to be exported. */
function AdapterCard() {
  const text = useText();
  const adapter = useStudio(selectAdapter);
  if (!adapter) return null;
  return (
    <article className={classes.card}>
      <h3 className={classes.title}>{text.export.inUse}</h3>
      <AdapterFacts adapter={adapter} />
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
