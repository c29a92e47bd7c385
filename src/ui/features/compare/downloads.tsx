import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { saveBlob } from "../../lib/save-file";
import classes from "./scorecard.module.css";

interface Props {
  /** File name without extension. */
  readonly base: string;
  readonly labels: { readonly csv: string; readonly jsonl: string };
  readonly csv: () => string;
  readonly jsonl: () => string;
}

/** Buttons that download rows as CSV and as JSON Lines. */
export function Downloads({ base, labels, csv, jsonl }: Props) {
  const save = (ending: string, type: string, content: string) => {
    saveBlob(`${base}.${ending}`, new Blob([content], { type }));
  };
  return (
    <span className={classes.downloads}>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconDownload size={16} aria-hidden />}
        onClick={() => {
          save("csv", "text/csv", csv());
        }}
      >
        {labels.csv}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconDownload size={16} aria-hidden />}
        onClick={() => {
          save("jsonl", "application/jsonl", jsonl());
        }}
      >
        {labels.jsonl}
      </Button>
    </span>
  );
}
