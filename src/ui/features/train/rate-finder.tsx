import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { type ErrorData, isCancelled } from "../../../lib/errors";
import { type RateSearch, smoothLosses } from "../../../shared/rate-search";
import { Chart, type ChartAxis } from "../../components/chart";
import { ProblemAlert } from "../../components/problem-alert";
import { toProblem } from "../../lib/problem";
import { formatTyped } from "../../lib/typed-number";
import { useStudio, useStudioContext } from "../../store/context";
import { isExcluded, isTraining, jobOf, JobCalls } from "../../store/jobs";
import { selectRunConfig, selectTrainBlock } from "../../store/selectors";
import { useText } from "../../text/text";
import classes from "./train-step.module.css";

/** Runs a learning-rate search on the real data, and offers the suggested rate. */
export function RateFinder() {
  const text = useText();
  const { client, store } = useStudioContext();
  const { busy, blocked, edit } = useStudio((state) => ({
    busy: jobOf(state, "measure")?.subject === "learning-rate",
    blocked: isTraining(state) || selectTrainBlock(state) !== null,
    edit: state.editTraining,
  }));
  const [found, setFound] = useState<RateSearch | null>(null);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const [calls] = useState(() => new JobCalls(store.setState));
  const find = async (): Promise<void> => {
    const config = selectRunConfig(store.getState());
    if (!config || isExcluded(store.getState(), "measure")) return;
    setProblem(null);
    try {
      const asked = { kind: "measure", subject: "learning-rate" } as const;
      setFound(
        await calls.run(asked, (signal) => client.withSignal(signal).call("findLearningRate", config)),
      );
    } catch (error) {
      if (!isCancelled(error)) setProblem(toProblem(error));
    }
  };
  const words = text.train.rateFinder;
  return (
    <div className={classes.finder}>
      <div className={classes.presets}>
        {busy ? (
          <Button
            variant="default"
            size="compact-md"
            onClick={() => {
              calls.cancel();
            }}
          >
            {words.stop}
          </Button>
        ) : (
          <Button variant="default" size="compact-md" disabled={blocked} onClick={() => void find()}>
            {words.find}
          </Button>
        )}
        <span className={classes.presetHint}>{busy ? words.busy : words.hint}</span>
      </div>
      <ProblemAlert
        problem={problem}
        onDismiss={() => {
          setProblem(null);
        }}
      />
      {found && <Found found={found} locked={blocked} onTake={(rate) => edit("learningRate", rate)} />}
    </div>
  );
}

interface FoundProps {
  readonly found: RateSearch;
  readonly locked: boolean;
  readonly onTake: (rate: number) => void;
}

/** Losses over the logarithm of the rate, with the suggestion. */
function Found({ found, locked, onTake }: FoundProps) {
  const text = useText();
  const words = text.train.rateFinder;
  const { points, suggestion } = found;
  const axis = useMemo((): ChartAxis => {
    const rate = (exponent: number): string => formatTyped(Number((10 ** exponent).toPrecision(2)));
    return { tick: rate, at: (exponent) => words.at(rate(exponent)) };
  }, [words]);
  const exponents = Float64Array.from(points, ({ rate }) => Math.log10(rate));
  const line = { color: "--lt-accent", steps: exponents };
  return (
    <div className={classes.chart}>
      <Chart
        label={words.chart}
        version={JSON.stringify(points)}
        height={160}
        format={text.format.loss}
        axis={axis}
        lines={[
          {
            ...{ ...line, name: text.run.series.train, width: 1.5, faint: true },
            values: Float64Array.from(points, ({ loss }) => loss),
          },
          {
            ...{ ...line, name: text.run.series.smooth, width: 2 },
            values: Float64Array.from(smoothLosses(points)),
          },
        ]}
      />
      {suggestion === null ? (
        <p className={classes.presetHint}>{words.none}</p>
      ) : (
        <Button
          size="compact-md"
          variant="light"
          disabled={locked}
          onClick={() => {
            onTake(suggestion);
          }}
        >
          {words.take(formatTyped(suggestion))}
        </Button>
      )}
    </div>
  );
}
