import { Button } from "@mantine/core";
import { useState } from "react";
import type { ErrorData } from "../../../lib/errors";
import type { Orphan } from "../../../protocol/commands";
import { DeletionQuestion, LibraryList } from "../../components/library-list";
import { ProblemAlert } from "../../components/problem-alert";
import { toProblem } from "../../lib/problem";
import { useStudio, useStudioContext } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./hub-panel.module.css";

/** Stored items without a model, kept until deleted here. Renders nothing if there are none. */
export function OrphanList() {
  const text = useText().model.orphans;
  const { client } = useStudioContext();
  const { models, adapters, locked, refresh } = useStudio((state) => ({
    models: state.modelsLoaded ? state.models.map(({ id }) => id).join() : null,
    adapters: state.adapters.length,
    locked: isExcluded(state, "edit-library"),
    refresh: state.refreshEnvironment,
  }));
  const [deleted, setDeleted] = useState(0);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const key = models === null ? null : [models, adapters, deleted].join();
  const { value: orphans } = useRemote(key, () => client.call("listOrphans"));
  const remove = async ({ kind, id }: Orphan): Promise<void> => {
    try {
      await client.call("deleteOrphan", { kind, id });
      await refresh();
    } catch (error) {
      setProblem(toProblem(error));
    }
    setDeleted((before) => before + 1);
  };
  if (!orphans || orphans.length === 0) return null;
  return (
    <>
      <LibraryList title={text.title} hint={text.hint}>
        {orphans.map((orphan) => (
          <OrphanItem key={orphan.id} orphan={orphan} locked={locked} onDelete={() => void remove(orphan)} />
        ))}
      </LibraryList>
      <ProblemAlert
        problem={problem}
        onDismiss={() => {
          setProblem(null);
        }}
      />
    </>
  );
}

interface ItemProps {
  readonly orphan: Orphan;
  readonly locked: boolean;
  readonly onDelete: () => void;
}

function OrphanItem({ orphan: { kind, name, savedAt, sizeBytes }, locked, onDelete }: ItemProps) {
  const { format, model } = useText();
  const text = model.orphans;
  const [isAsking, setAsking] = useState(false);
  const title = name ?? text.noName;
  if (isAsking) {
    return (
      <DeletionQuestion
        question={text.ask(title, sizeBytes)}
        yes={text.yes}
        no={text.no}
        onYes={onDelete}
        onNo={() => {
          setAsking(false);
        }}
      />
    );
  }
  const facts = [text.kinds[kind], format.bytes(sizeBytes), savedAt === null ? null : format.date(savedAt)];
  return (
    <li className={classes.item}>
      <div className={classes.words}>
        <span className={classes.name}>{title}</span>
        <span className={classes.facts}>{facts.filter((fact) => fact !== null).join(" · ")}</span>
      </div>
      <Button
        size="compact-sm"
        variant="default"
        disabled={locked}
        aria-label={text.deleteOf(title)}
        onClick={() => {
          setAsking(true);
        }}
      >
        {text.delete}
      </Button>
    </li>
  );
}
