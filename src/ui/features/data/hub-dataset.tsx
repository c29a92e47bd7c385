import { Anchor, Button, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { DEFAULT_HUB_ENDPOINT } from "../../../shared/hub";
import { ProgressLine } from "../../components/progress-line";
import { askToKeepStorage } from "../../lib/keep-storage";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./hub-dataset.module.css";

const FIELDS = ["repository", "config", "split", "rows"] as const;

/** Imports a dataset by name from the Hugging Face Hub or a mirror. */
export function HubDataset() {
  const text = useText();
  const [form, setForm] = useState({ repository: "", config: "", split: "", rows: "" });
  const { endpoint, busy, fetchDataset } = useStudio((state) => ({
    endpoint: state.hubEndpoint.trim() || DEFAULT_HUB_ENDPOINT,
    busy: isExcluded(state, "fetch-dataset") || isExcluded(state, "import-dataset"),
    fetchDataset: state.fetchDataset,
  }));
  const rows = form.rows.trim() === "" ? null : Number(form.rows);
  const isFine = form.repository.trim() !== "" && (rows === null || (Number.isInteger(rows) && rows > 0));
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        askToKeepStorage();
        const { repository, config, split } = form;
        void fetchDataset({ repository, config: config.trim(), split: split.trim(), rows });
      }}
    >
      <div className={classes.fields}>
        {FIELDS.map((name) => (
          <TextInput
            key={name}
            label={text.data.hubFields[name].label}
            placeholder={text.data.hubFields[name].placeholder}
            value={form[name]}
            disabled={busy}
            inputMode={name === "rows" ? "numeric" : "text"}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => {
              setForm({ ...form, [name]: event.currentTarget.value });
            }}
          />
        ))}
      </div>
      <p className={classes.hint}>
        {text.data.hubHint(endpoint.replace(/^https?:\/\//, ""))}{" "}
        <Anchor href="#model" inherit>
          {text.data.hubAccess}
        </Anchor>
      </p>
      <Button type="submit" leftSection={<IconDownload size={18} aria-hidden />} disabled={busy || !isFine}>
        {text.data.getDataset}
      </Button>
      <FetchProgress />
    </form>
  );
}

function FetchProgress() {
  const text = useText();
  const { job, cancel } = useStudio((state) => ({
    job: jobOf(state, "fetch-dataset"),
    cancel: state.cancelFetch,
  }));
  if (!job) return null;
  const { waitingMs = null, sendsWhole = false } = job.progress?.progress ?? {};
  const note = waitingMs !== null ? text.hub.waiting : sendsWhole ? text.hub.sendsWhole : null;
  return (
    <ProgressLine
      label={text.hub.downloading}
      timed={job.progress}
      onCancel={cancel}
      {...(note !== null && { note })}
    />
  );
}
