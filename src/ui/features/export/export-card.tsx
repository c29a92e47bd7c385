import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import type { AdapterSummary } from "../../../shared/adapter";
import {
  type ExportId,
  type ExportOffer,
  type ExportVariant,
  isTrainerExport,
} from "../../../shared/exports";
import { folderReaders } from "../../../shared/folder-format";
import { CodeBlock } from "../../components/code-block";
import { Fold } from "../../components/fold";
import { ProgressLine } from "../../components/progress-line";
import { canChooseFolder, chooseFolder } from "../../lib/choose-folder";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { selectRunConfig } from "../../store/selectors";
import { useText } from "../../text/text";
import classes from "./export-card.module.css";
import { OnnxTrialForm } from "./onnx-trial";

/** Exports of at least this size are written directly into a folder, where the browser supports it. */
const FOLDER_BYTES = 500_000_000;

interface Props {
  readonly id: ExportId;
  readonly adapter: AdapterSummary | null;
  /** The worker's offer, or null while unknown. */
  readonly offer: ExportOffer | null;
}

/** One export: its purpose, its size, why it is unavailable, and code that uses it. */
export function ExportCard({ id, adapter, offer }: Props) {
  const text = useText();
  const { locked, making, saved, makeExport, exportPlan, cancel, isPlanned } = useStudio((state) => ({
    locked: isExcluded(state, "export"),
    making: jobOf(state, "export"),
    saved: state.lastExport,
    makeExport: state.makeExport,
    exportPlan: state.exportPlan,
    cancel: state.cancelExport,
    isPlanned: selectRunConfig(state) !== null,
  }));
  const [chosen, setChosen] = useState<string | null>(null);
  const [wantsOptimizer, setWantsOptimizer] = useState(false);
  const variants = offer?.variants ?? [];
  const variant = variants.find(({ type }) => type === chosen) ?? variants[0] ?? null;
  const optimizerBytes = id === "adapter" ? (adapter?.optimizerBytes ?? 0) : 0;
  const { title, what } =
    id === "adapter" ? text.export.formats[folderReaders[adapter?.format ?? "peft"]] : text.export.kinds[id];
  const intoFolder = variant !== null && variant.sizeBytes >= FOLDER_BYTES && canChooseFolder();
  const isMaking = making?.subject === id;
  const planned = adapter === null && isTrainerExport(id) ? id : null;
  const start = async () => {
    if (planned) return exportPlan(planned);
    const folder = intoFolder ? await chooseFolder() : null;
    if (!adapter || (intoFolder && !folder)) return;
    const withOptimizer = wantsOptimizer && optimizerBytes > 0;
    await makeExport(adapter.id, id, { type: variant?.type ?? null, withOptimizer, folder });
  };
  return (
    <article className={classes.card} data-unavailable={offer?.problem ? true : undefined}>
      <div className={classes.head}>
        <div className={classes.words}>
          <h4 className={classes.title}>{title}</h4>
          <p className={classes.what}>{what}</p>
        </div>
        <div className={classes.actions}>
          {variants.length > 1 && (
            <NativeSelect
              aria-label={text.export.weightsOf(title)}
              value={variant?.type ?? ""}
              disabled={locked}
              data={variants.map(({ type, sizeBytes }) => ({
                value: type ?? "",
                label: text.export.variant(type, sizeBytes),
              }))}
              onChange={(event) => {
                setChosen(event.currentTarget.value);
              }}
            />
          )}
          {/* Without an adapter the options are disabled, only showing what will be available. */}
          {(adapter !== null || id === "adapter" || planned) && (
            <Button
              variant={id === "adapter" ? "filled" : "light"}
              leftSection={<IconDownload size={18} aria-hidden />}
              disabled={locked || !(planned ? isPlanned : variant)}
              loading={isMaking}
              onClick={() => void start()}
            >
              {text.export.buttons[id]}
            </Button>
          )}
        </div>
      </div>
      {offer?.problem ? (
        <Unavailable problem={offer.problem} />
      ) : (
        offer && variant && <Details offer={offer} variant={variant} intoFolder={intoFolder} />
      )}
      {planned && <p className={classes.facts}>{text.export.planned}</p>}
      {optimizerBytes > 0 && (
        <Checkbox
          label={text.export.withOptimizer}
          description={text.export.withOptimizerHint(optimizerBytes)}
          checked={wantsOptimizer}
          disabled={isMaking}
          onChange={(event) => {
            setWantsOptimizer(event.currentTarget.checked);
          }}
        />
      )}
      {id === "onnx" && adapter && variant && <OnnxTrialForm adapterId={adapter.id} type={variant.type} />}
      {isMaking && <ProgressLine label={text.export.making} timed={making.progress} onCancel={cancel} />}
      {saved?.id === id && <p className={classes.saved}>{text.export.saved(saved.name, saved.sizeBytes)}</p>}
    </article>
  );
}

function Unavailable({ problem }: { problem: NonNullable<ExportOffer["problem"]> }) {
  const { what, advice } = useText().problem(problem);
  return (
    <p className={classes.problem}>
      {what} {advice}
    </p>
  );
}

interface DetailsProps {
  readonly offer: ExportOffer;
  readonly variant: ExportVariant;
  readonly intoFolder: boolean;
}

function Details({ offer, variant, intoFolder }: DetailsProps) {
  const text = useText();
  const { id, kind, readers, usage, gaps } = offer;
  return (
    <>
      <p className={classes.facts}>
        {text.export.size[kind](variant.sizeBytes, intoFolder)} {text.export.readBy(readers)}
        {variant.notes.map((note) => ` ${text.export.note(note)}`)}
      </p>
      {gaps.length > 0 && (
        <Fold title={text.export.gaps.title(gaps.length)}>
          <ul className={classes.gaps}>
            {gaps.map((gap) => (
              <li key={gap}>{text.export.gaps.sentences[gap]}</li>
            ))}
          </ul>
        </Fold>
      )}
      {usage && (
        <Fold title={text.export.usage[usage.language]}>
          <CodeBlock
            title={text.export.usage[usage.language]}
            copyLabel={text.export.usageCopy(text.export.buttons[id])}
            code={usage.code}
          />
        </Fold>
      )}
    </>
  );
}
