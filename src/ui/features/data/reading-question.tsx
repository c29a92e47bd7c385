import { Button, NativeSelect } from "@mantine/core";
import { useEffect, useState } from "react";
import type { DataProblems } from "../../../lib/problems/data-problems";
import { TEXT_ENCODINGS, type TextEncoding } from "../../../lib/problems/dataset-faults";
import { TEXT_CUTS } from "../../../shared/data";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import { decodedPreview } from "./decoded-preview";
import { ColumnsQuestion } from "./columns-question";
import classes from "./reading-question.module.css";

/** Asks what cannot be detected in the imported files: encoding, column roles, how text is split. */
export function ReadingQuestion() {
  const { problem, files, cut } = useStudio(({ dataProblem, lastFiles, datasets, datasetId }) => {
    const dataset = datasets.find(({ id }) => id === lastFiles?.datasetId);
    return {
      problem: dataProblem?.problem ?? null,
      files: lastFiles?.files ?? null,
      cut:
        dataset?.container === "plain-text" && dataset.id === datasetId
          ? (dataset.reading?.cut ?? "whole")
          : null,
    };
  });
  if (!files) return null;
  if (problem?.code === "data/not-text")
    return <EncodingQuestion key={problem.name} problem={problem} files={files} />;
  if (problem?.code === "data/strange-columns")
    return <ColumnsQuestion key={problem.name} columns={problem.columns} />;
  if (problem?.code === "data/same-file") return <SameFileQuestion id={problem.id} name={problem.dataset} />;
  return cut === null ? null : <CutQuestion cut={cut} />;
}

/** Asks whether to import files that have already been imported. */
function SameFileQuestion({ id, name }: { id: string; name: string }) {
  const text = useText();
  const { busy, choose, dismiss, importKnown } = useStudio((state) => ({
    busy: isExcluded(state, "import-dataset"),
    choose: state.chooseDataset,
    dismiss: state.dismissDataProblem,
    importKnown: state.importKnown,
  }));
  return (
    <div className={classes.question}>
      <p className={classes.title}>{text.data.sameFile(name)}</p>
      <div className={classes.answers}>
        <Button
          onClick={() => {
            choose(id);
            dismiss();
          }}
        >
          {text.data.useKnown}
        </Button>
        <Button variant="default" disabled={busy} onClick={() => void importKnown()}>
          {text.data.importAgain}
        </Button>
      </div>
    </div>
  );
}

/** Asks for the encoding of a non-Unicode file, previewing its first non-ASCII characters. */
function EncodingQuestion({
  problem,
  files,
}: {
  problem: DataProblems["data/not-text"];
  files: readonly File[];
}) {
  const text = useText();
  const { busy, readAnew } = useStudio((state) => ({
    busy: isExcluded(state, "import-dataset"),
    readAnew: state.reread,
  }));
  const [encoding, setEncoding] = useState<TextEncoding>(problem.looksLike ?? "windows-1252");
  const [preview, setPreview] = useState("");
  const [only] = files;
  useEffect(() => {
    let wanted = true;
    if (only && files.length === 1)
      void decodedPreview(only, encoding, problem.byte).then((decoded) => {
        if (wanted) setPreview(decoded);
      });
    return () => {
      wanted = false;
    };
  }, [only, files, encoding, problem.byte]);
  return (
    <div className={classes.question}>
      <NativeSelect
        label={text.data.encoding}
        value={encoding}
        data={TEXT_ENCODINGS.map((id) => ({ value: id, label: text.data.encodingName(id) }))}
        onChange={(event) => {
          const chosen = TEXT_ENCODINGS.find((id) => id === event.currentTarget.value);
          if (chosen) setEncoding(chosen);
        }}
      />
      {preview !== "" && (
        <p className={classes.preview} aria-label={text.data.encodingPreview}>
          {preview}
        </p>
      )}
      <Button variant="light" disabled={busy} onClick={() => void readAnew({ encoding })}>
        {text.data.readAs(encoding)}
      </Button>
    </div>
  );
}

/** Asks how plain text is split into rows. */
function CutQuestion({ cut }: { cut: (typeof TEXT_CUTS)[number] }) {
  const text = useText();
  const { busy, readAnew } = useStudio((state) => ({
    busy: isExcluded(state, "import-dataset"),
    readAnew: state.reread,
  }));
  return (
    <div className={classes.question}>
      <NativeSelect
        label={text.data.cut}
        description={text.data.cutHint}
        inputWrapperOrder={["label", "input", "description"]}
        value={cut}
        disabled={busy}
        data={TEXT_CUTS.map((id) => ({ value: id, label: text.data.cuts[id] }))}
        onChange={(event) => {
          const chosen = TEXT_CUTS.find((id) => id === event.currentTarget.value);
          if (chosen) void readAnew({ cut: chosen });
        }}
      />
    </div>
  );
}
