import { Button } from "@mantine/core";
import { useState } from "react";
import { ProblemAlert } from "../../components/problem-alert";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { selectDataset } from "../../store/selectors";
import { useText } from "../../text/text";
import { DatasetImport } from "./dataset-import";
import { DatasetList } from "./dataset-list";
import { DatasetOverview } from "./dataset-overview";
import { ModelView } from "./model-view";
import { RowBrowser } from "./row-browser";
import { SampleCards } from "./sample-cards";

/** First step: choose or import rows, and see what they are and how the model will read them. */
export function DataStep() {
  const text = useText();
  const { problem, refusedFile, importFile, dismiss, dataset } = useStudio((state) => ({
    problem: state.dataProblem,
    refusedFile: state.refusedFile,
    importFile: state.importFile,
    dismiss: state.dismissDataProblem,
    dataset: selectDataset(state),
  }));
  const encoding = problem?.problem.code === "data/not-text" ? problem.problem.looksLike : null;
  const readAs = encoding && refusedFile && (
    <Button size="compact-sm" variant="light" onClick={() => void importFile(refusedFile, encoding)}>
      {text.data.readAs(encoding)}
    </Button>
  );
  return (
    <StepSection step="data" intro={text.data.intro}>
      <SampleCards />
      <DatasetImport />
      <ProblemAlert problem={problem} onDismiss={dismiss} action={readAs} />
      <DatasetList />
      {dataset && (
        <>
          <DatasetOverview dataset={dataset} />
          {dataset.rows > 0 && <DatasetRows key={dataset.id} id={dataset.id} rows={dataset.rows} />}
        </>
      )}
    </StepSection>
  );
}

/** The rows of one dataset, and one of them as the model reads it; a new dataset starts from its first row. */
function DatasetRows({ id, rows }: { id: string; rows: number }) {
  const [row, setRow] = useState(0);
  return (
    <>
      <RowBrowser id={id} rows={rows} chosen={row} onChoose={setRow} />
      <ModelView id={id} row={row} />
    </>
  );
}
