import { ActionIcon, Button } from "@mantine/core";
import {
  IconChevronDown,
  IconChevronUp,
  IconPlayerPlay,
  IconStar,
  IconStarFilled,
} from "@tabler/icons-react";
import { Fragment, useState } from "react";
import type { ListedRun } from "../../../shared/run-record";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio } from "../../store/context";
import { isExcluded, isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import { CompareRunsButton } from "./compare-runs";
import { RunDetailsView } from "./run-details";
import classes from "./run-list.module.css";

/** Number of rows shown initially. */
const SHOWN = 8;

/** From here on the list asks to be tidied. */
const MANY_RUNS = 100;
const MANY_BYTES = 2e8;

/** All stored runs with their actions. */
export function RunList() {
  const text = useText();
  const [opened, setOpened] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const { runs, problem, locked } = useStudio((state) => ({
    runs: state.runs,
    problem: state.runsProblem,
    locked: isTraining(state),
  }));
  const sizeBytes = runs.reduce((sum, run) => sum + run.sizeBytes, 0);
  const shown = all ? runs : runs.slice(0, SHOWN);
  return (
    <section className={classes.panel} aria-labelledby="runs-title">
      <div className={classes.foot}>
        <h2 id="runs-title" className={classes.title}>
          {text.runs.title}
        </h2>
        {runs.length > 0 && <CompareRunsButton />}
      </div>
      <ProblemAlert problem={problem} />
      {runs.length === 0 && <p className={classes.quiet}>{text.runs.empty}</p>}
      {runs.length > 0 && (
        <table className={classes.table} aria-labelledby="runs-title">
          <thead>
            <tr>
              <th scope="col">{text.runs.columns.run}</th>
              <th scope="col" className={classes.number}>
                {text.runs.columns.loss}
              </th>
              <th scope="col" className={classes.number}>
                {text.runs.columns.validation}
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((run) => (
              <Fragment key={run.id}>
                <RunRow
                  run={run}
                  open={run.id === opened}
                  onOpen={(open) => {
                    setOpened(open ? run.id : null);
                  }}
                />
                {run.id === opened && (
                  <tr>
                    <td colSpan={4}>
                      <RunDetailsView run={run} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      )}
      {shown.length < runs.length && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            setAll(true);
          }}
        >
          {text.runs.all(runs.length)}
        </Button>
      )}
      {(runs.length > MANY_RUNS || sizeBytes > MANY_BYTES) && (
        <p className={classes.quiet}>{text.runs.many}</p>
      )}
      {runs.length > 0 && (
        <div className={classes.foot}>
          <span className={classes.quiet}>{text.runs.total(runs.length, sizeBytes)}</span>
          <Tidy locked={locked} />
        </div>
      )}
    </section>
  );
}

interface RowProps {
  readonly run: ListedRun;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

function RunRow({ run, open, onOpen }: RowProps) {
  const text = useText();
  const { edit, resume, blocked, current } = useStudio((state) => ({
    edit: state.editRun,
    resume: state.resumeRun,
    blocked: isExcluded(state, "train") || state.model?.id !== run.config.modelId,
    current: state.runId === run.id,
  }));
  const Star = run.starred ? IconStarFilled : IconStar;
  const Chevron = open ? IconChevronUp : IconChevronDown;
  const loss = (value: number | null): string => (value === null ? "–" : text.format.loss(value));
  return (
    <tr className={classes.row} data-current={current || undefined}>
      <th scope="row" className={classes.name}>
        <span className={classes.first}>
          <ActionIcon
            variant="transparent"
            size="sm"
            color={run.starred ? "yellow.8" : "gray"}
            aria-pressed={run.starred}
            aria-label={run.starred ? text.runs.unstar(run.number) : text.runs.star(run.number)}
            onClick={() => void edit(run.id, { starred: !run.starred })}
          >
            <Star size={16} aria-hidden />
          </ActionIcon>
          <span className={classes.words}>
            <span className={classes.label}>
              {run.number} · {run.name}
            </span>
            <span className={classes.quiet}>
              {text.runs.states[run.state]}
              {run.note !== "" && ` · ${run.note}`}
            </span>
          </span>
        </span>
      </th>
      <td className={classes.number}>{loss(run.finalLoss)}</td>
      <td className={classes.number}>{loss(run.validationLoss)}</td>
      <td className={classes.actions}>
        {run.resumable && (
          <ActionIcon
            variant="subtle"
            aria-label={text.runs.resume(run.number)}
            title={text.runs.resume(run.number)}
            disabled={blocked}
            onClick={() => void resume(run.id)}
          >
            <IconPlayerPlay size={16} aria-hidden />
          </ActionIcon>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-expanded={open}
          aria-label={text.runs.more(run.number)}
          onClick={() => {
            onOpen(!open);
          }}
        >
          <Chevron size={16} aria-hidden />
        </ActionIcon>
      </td>
    </tr>
  );
}

/** Deletes all runs that are not starred. */
function Tidy({ locked }: { readonly locked: boolean }) {
  const text = useText().runs;
  const { runs, remove } = useStudio((state) => ({ runs: state.runs, remove: state.deleteRuns }));
  const ids = runs.filter(({ starred, state }) => !starred && state !== "running").map(({ id }) => id);
  if (ids.length === 0) return null;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      disabled={locked}
      onClick={() => void remove(ids)}
    >
      {text.tidy}
    </Button>
  );
}
