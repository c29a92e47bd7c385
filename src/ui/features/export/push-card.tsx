import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { IconCloudUpload } from "@tabler/icons-react";
import { useState } from "react";
import type { AdapterSummary } from "../../../shared/adapter";
import type { ExportOffer, ExportVariant } from "../../../shared/exports";
import { HubAccess } from "../../components/hub-access";
import { ProblemAlert } from "../../components/problem-alert";
import { ProgressLine } from "../../components/progress-line";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { type Text, useText } from "../../text/text";
import classes from "./export-card.module.css";
import form from "./push-card.module.css";

interface Props {
  readonly adapter: AdapterSummary | null;
  readonly offers: readonly ExportOffer[] | null;
}

/** Publishes the adapter, or the model with it merged in, in a repository of a hub. */
export function PushCard({ adapter, offers }: Props) {
  const text = useText();
  return (
    <article className={classes.card}>
      <div className={classes.head}>
        <div className={classes.words}>
          <h4 className={classes.title}>{text.push.title}</h4>
          <p className={classes.what}>{text.push.what}</p>
        </div>
      </div>
      {adapter && <PushForm adapter={adapter} choices={choicesOf(offers)} />}
    </article>
  );
}

/** Something that can be published. */
type Choice = ExportVariant & { readonly id: "adapter" | "merged" };

function choicesOf(offers: readonly ExportOffer[] | null): Choice[] {
  return (["adapter", "merged"] as const).flatMap((id) => {
    const variants = offers?.find((offer) => offer.id === id)?.variants ?? [];
    return variants.map((variant) => ({ id, ...variant }));
  });
}

const keyOf = ({ id, type }: Choice): string => `${id} ${type ?? ""}`;

const labelOf = ({ id, type, sizeBytes }: Choice, { push, format }: Text): string =>
  id === "adapter" ? push.adapter(format.bytes(sizeBytes)) : push.merged(type, sizeBytes);

function PushForm({ adapter, choices }: { adapter: AdapterSummary; choices: readonly Choice[] }) {
  const text = useText();
  const { busy, problem, pushToHub } = useStudio((state) => ({
    busy: isExcluded(state, "push"),
    problem: state.pushProblem,
    pushToHub: state.pushToHub,
  }));
  const [repository, setRepository] = useState("");
  const [chosen, setChosen] = useState("");
  const [isPrivate, setPrivate] = useState(true);
  const [asPullRequest, setPullRequest] = useState(false);
  const choice = choices.find((each) => keyOf(each) === chosen) ?? choices[0];
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!choice) return;
        const { id: exportId, type } = choice;
        void pushToHub(adapter.id, { repository, exportId, type, isPrivate, asPullRequest });
      }}
    >
      <div className={form.fields}>
        <TextInput
          label={text.push.destination}
          description={text.push.destinationHint}
          value={repository}
          error={problem?.field === "hubRepository"}
          disabled={busy}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => {
            setRepository(event.currentTarget.value);
          }}
        />
        <NativeSelect
          label={text.push.content}
          description={text.push.contentHint}
          value={choice ? keyOf(choice) : ""}
          disabled={busy || choices.length === 0}
          data={choices.map((each) => ({ value: keyOf(each), label: labelOf(each, text) }))}
          onChange={(event) => {
            setChosen(event.currentTarget.value);
          }}
        />
      </div>
      <HubAccess busy={busy} problem={problem} labels={text.push.access} />
      <div className={form.choices}>
        <Checkbox
          label={text.push.private}
          description={text.push.privateHint}
          checked={isPrivate}
          disabled={busy}
          onChange={(event) => {
            setPrivate(event.currentTarget.checked);
          }}
        />
        <Checkbox
          label={text.push.pullRequest}
          description={text.push.pullRequestHint}
          checked={asPullRequest}
          disabled={busy}
          onChange={(event) => {
            setPullRequest(event.currentTarget.checked);
          }}
        />
      </div>
      <Button
        type="submit"
        className={form.button ?? ""}
        variant="light"
        leftSection={<IconCloudUpload size={18} aria-hidden />}
        disabled={busy || !choice || repository.trim() === ""}
      >
        {text.push.button}
      </Button>
      <PushState />
    </form>
  );
}

function PushState() {
  const text = useText();
  const { job, pushed, problem, cancel, dismiss } = useStudio((state) => ({
    job: jobOf(state, "push"),
    pushed: state.lastPush,
    problem: state.pushProblem,
    cancel: state.cancelPush,
    dismiss: state.dismissPushProblem,
  }));
  const waitingMs = job?.progress?.progress.waitingMs ?? null;
  return (
    <>
      {job && (
        <ProgressLine
          label={text.push.pushing}
          timed={job.progress}
          onCancel={cancel}
          {...(waitingMs !== null && { note: text.hub.waiting })}
        />
      )}
      {pushed && (
        <p className={classes.saved}>
          {text.push.pushed(pushed.sizeBytes)}{" "}
          <a href={pushed.url} target="_blank" rel="noreferrer">
            {pushed.url}
          </a>
        </p>
      )}
      <ProblemAlert problem={problem} onDismiss={dismiss} />
    </>
  );
}
