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
import { ReadingQuestion } from "./reading-question";
import { RowBrowser } from "./row-browser";
import { SampleCards } from "./sample-cards";
import { ValidationFile } from "./validation-file";

/** First step: choose or import a dataset, and inspect its rows and their tokens. */
export function DataStep() {
  const text = useText();
  const { problem, dismiss, dataset } = useStudio((state) => ({
    problem: state.dataProblem,
    dismiss: state.dismissDataProblem,
    dataset: selectDataset(state),
  }));
  return (
    <StepSection step="data" intro={text.data.intro}>
      <SampleCards />
      <DatasetImport />
      <ProblemAlert problem={problem} onDismiss={dismiss} />
      <ReadingQuestion />
      <DatasetList />
      {dataset && (
        <>
          <DatasetOverview dataset={dataset} />
          {dataset.rows > 0 && (
            <DatasetRows key={`${dataset.id} ${dataset.importedAt}`} id={dataset.id} rows={dataset.rows} />
          )}
          <ValidationFile />
        </>
      )}
    </StepSection>
  );
}

/** The rows of a dataset and the tokens of the selected row; starts at the first row for each dataset. */
function DatasetRows({ id, rows }: { id: string; rows: number }) {
  const [row, setRow] = useState(0);
  return (
    <>
      <RowBrowser id={id} rows={rows} chosen={row} onChoose={setRow} />
      <ModelView id={id} row={row} />
    </>
  );
}
