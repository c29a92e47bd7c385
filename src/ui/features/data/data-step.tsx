import { useState } from "react";
import type { ErrorData } from "../../../lib/errors";
import type { DatasetSummary } from "../../../shared/data";
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
      <ProblemAlert
        problem={isAsked(problem) ? null : problem}
        onDismiss={dismiss}
        action={dataset && text.data.stillInUse(dataset.name)}
      />
      <ReadingQuestion />
      <DatasetList />
      {dataset && (
        <>
          <DatasetOverview dataset={dataset} />
          {(dataset.rows > 0 || dataset.edits) && (
            <DatasetRows key={`${dataset.id} ${dataset.importedAt}`} dataset={dataset} />
          )}
          <ValidationFile />
        </>
      )}
    </StepSection>
  );
}

/** Whether a problem is a question with its own form. */
function isAsked(problem: ErrorData | null): boolean {
  return problem?.problem.code === "data/same-file";
}

/** The rows of a dataset and the tokens of the selected row; starts at the first row for each dataset. */
function DatasetRows({ dataset }: { dataset: DatasetSummary }) {
  const [row, setRow] = useState(0);
  return (
    <>
      <RowBrowser dataset={dataset} chosen={row} onChoose={setRow} />
      <ModelView dataset={dataset} row={row} />
    </>
  );
}
