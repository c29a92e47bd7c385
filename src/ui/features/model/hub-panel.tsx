import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { HubAccess } from "../../components/hub-access";
import { ProblemAlert } from "../../components/problem-alert";
import { ProgressLine } from "../../components/progress-line";
import { askToKeepStorage } from "../../lib/keep-storage";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { useText } from "../../text/text";
import { DownloadList } from "./download-list";
import classes from "./hub-panel.module.css";
import { RecommendedList } from "./recommended-list";

/** Downloads models from the Hugging Face Hub or a mirror: by name, from a list of recommendations, or by resuming. */
export function HubPanel() {
  const text = useText();
  const { problem, dismiss } = useStudio((state) => ({
    problem: state.hubProblem,
    dismiss: state.dismissHubProblem,
  }));
  return (
    <section className={classes.panel} aria-labelledby="hub-title">
      <div>
        <h3 id="hub-title" className={classes.title}>
          {text.hub.title}
        </h3>
        <p className={classes.private}>{text.hub.private}</p>
      </div>
      <HubForm />
      <HubProgress />
      <ProblemAlert problem={problem} onDismiss={dismiss} />
      <DownloadList />
      <RecommendedList />
    </section>
  );
}

function HubForm() {
  const text = useText();
  const { hubRepository, busy, problem, edit, download } = useStudio((state) => ({
    hubRepository: state.hubRepository,
    busy: isExcluded(state, "download"),
    problem: state.hubProblem,
    edit: state.editHub,
    download: state.download,
  }));
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        askToKeepStorage();
        void download();
      }}
    >
      <div className={classes.ask}>
        <TextInput
          className={classes.repository ?? ""}
          label={text.hub.repository}
          description={text.hub.repositoryHint}
          placeholder={text.hub.repositoryPlaceholder}
          value={hubRepository}
          error={problem?.field === "hubRepository"}
          disabled={busy}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => {
            edit({ hubRepository: event.currentTarget.value });
          }}
        />
        <Button
          type="submit"
          className={classes.download ?? ""}
          leftSection={<IconDownload size={18} aria-hidden />}
          disabled={busy || hubRepository.trim() === ""}
        >
          {text.hub.download}
        </Button>
      </div>
      <WeightsChoice />
      <HubAccess
        busy={busy}
        problem={problem}
        labels={{ endpoint: text.hub.endpoint, token: text.hub.token, tokenHint: text.hub.tokenHint }}
      />
    </form>
  );
}

/** Chooses among several variants of the weights; hidden if there is no choice. */
function WeightsChoice() {
  const text = useText();
  const { listing, choice, busy, choose } = useStudio((state) => ({
    listing: state.hubListing,
    choice: state.hubChoice,
    busy: isExcluded(state, "download"),
    choose: state.chooseWeights,
  }));
  if (!listing || listing.choices.length < 2) return null;
  return (
    <NativeSelect
      label={text.hub.weights}
      description={text.hub.weightsHint(listing.choices.length, listing.license)}
      value={choice ?? ""}
      disabled={busy}
      data={listing.choices.map(({ id, kind, sizeBytes }) => ({
        value: id,
        label: text.hub.choice(kind, id, sizeBytes),
      }))}
      onChange={(event) => {
        choose(event.currentTarget.value);
      }}
    />
  );
}

function HubProgress() {
  const text = useText();
  const { job, cancel } = useStudio((state) => ({
    job: jobOf(state, "look-up") ?? jobOf(state, "download"),
    cancel: state.cancelDownload,
  }));
  if (!job) return null;
  const label = job.kind === "look-up" ? text.hub.looking : text.hub.downloading;
  const waitingMs = job.progress?.progress.waitingMs ?? null;
  return (
    <ProgressLine
      label={label}
      timed={job.progress}
      onCancel={cancel}
      {...(waitingMs !== null && { note: text.hub.waiting })}
    />
  );
}
