import { Term, type TermId } from "../../components/term";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./run-figures.module.css";

const NONE = "–";

interface Figure {
  readonly name: string;
  readonly term?: TermId;
  readonly value: string;
  readonly note?: string;
  /** Whether the run has continued since the measurement. */
  readonly isOld?: boolean;
}

/** Figures of the run, at fixed positions so that they stay readable as they change. */
export function RunFiguresView() {
  const text = useText();
  const { run, result, active, modelBytes } = useStudio((state) => ({
    run: state.run,
    result: state.result,
    active: isTraining(state),
    modelBytes: state.model?.gpuBytes ?? null,
  }));
  const { figures } = text.run;
  const percent = (share: number): string => text.format.share(share);
  const memory = run.gpuBytes ?? modelBytes;
  const { validationLoss, validationStep } = run;
  const isOld = validationStep !== null && validationStep < run.step;
  const validated: Figure = {
    name: figures.validation,
    term: "validation",
    value: validationLoss === null ? NONE : text.format.loss(validationLoss),
    ...(validationStep !== null && { note: text.run.atStep(validationStep), isOld }),
  };
  const items: readonly Figure[] = [
    {
      name: figures.step,
      term: "step",
      value: run.totalSteps > 0 ? text.run.stepOf(run.step, run.totalSteps) : NONE,
    },
    {
      name: figures.epoch,
      term: "epoch",
      value: run.totalSteps > 0 ? text.format.fixed(run.epoch, 2) : NONE,
    },
    { name: figures.loss, term: "loss", value: run.loss === null ? NONE : text.format.loss(run.loss) },
    validated,
    ...(run.accuracy === null ? [] : [{ name: figures.accuracy, value: percent(run.accuracy) }]),
    ...(run.validationAccuracy === null
      ? []
      : [{ name: figures.validationAccuracy, value: percent(run.validationAccuracy) }]),
    {
      name: figures.speed,
      term: "token",
      value: run.tokensPerSecond ? text.format.rate(run.tokensPerSecond) : NONE,
    },
    result
      ? { name: figures.took, value: text.format.exactly(result.elapsedMs) }
      : {
          name: figures.left,
          value: run.remainingMs === null || !active ? NONE : text.format.about(run.remainingMs),
        },
    { name: figures.memory, value: memory ? text.format.bytes(memory) : NONE },
    { name: figures.modelMemory, value: modelBytes ? text.format.bytes(modelBytes) : NONE },
  ];
  return (
    <dl className={classes.figures}>
      {items.map(({ name, term, value, note, isOld: old }) => (
        <div key={name}>
          <dt>{term ? <Term id={term}>{name}</Term> : name}</dt>
          <dd data-old={old === true || undefined}>
            {value}
            {note !== undefined && <span className={classes.note}>{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
