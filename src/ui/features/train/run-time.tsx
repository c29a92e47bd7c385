import { Button } from "@mantine/core";
import { useState } from "react";
import type { ErrorData } from "../../../lib/errors";
import { isCancelled } from "../../../lib/errors";
import type { TrainingForecast, TrainingSpeed } from "../../../shared/forecast";
import { ProblemAlert } from "../../components/problem-alert";
import { toProblem } from "../../lib/problem";
import { useStudio, useStudioContext } from "../../store/context";
import { isExcluded, isTraining, jobOf, JobCalls } from "../../store/jobs";
import {
  selectExpectedMs,
  selectRunConfig,
  selectTrainBlock,
  selectTrainingValues,
  trainingInputs,
} from "../../store/selectors";
import { useText } from "../../text/text";
import { useForecast } from "./forecast-context";
import classes from "./run-forecast.module.css";

/** Predicted duration of the run, from a measured speed and the planned FLOPs. */
export function RunTime({ forecast }: { forecast: TrainingForecast }) {
  const text = useText();
  const { client, store } = useStudioContext();
  const { busy, blocked } = useStudio((state) => ({
    busy: jobOf(state, "measure")?.subject === null,
    blocked: isTraining(state) || selectTrainBlock(state) !== null,
  }));
  const values = useStudio(trainingInputs);
  const { maxMinutes, earlyStoppingPatience } = selectTrainingValues(values);
  const expectedMs = selectExpectedMs(values, forecast.totalSteps);
  const { speed, setSpeed } = useForecast();
  const [calls] = useState(() => new JobCalls(store.setState));
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const measure = async (): Promise<void> => {
    const config = selectRunConfig(store.getState());
    if (!config || isExcluded(store.getState(), "measure")) return;
    setProblem(null);
    try {
      const measured = await calls.run({ kind: "measure" }, (signal) =>
        client.withSignal(signal).call("measureTraining", config),
      );
      setSpeed(measured);
      const { tokensPerSecond } = measured;
      store.getState().setMeasuredSpeed({ modelId: config.modelId, tokensPerSecond });
    } catch (error) {
      if (!isCancelled(error)) setProblem(toProblem(error));
    }
  };
  return (
    <div className={classes.time}>
      <p className={classes.sentence}>
        {speed
          ? forecastSentence(forecast, speed, text)
          : expectedMs === null
            ? text.forecast.unmeasured(forecast.totalSteps)
            : text.forecast.expected(forecast.totalSteps, expectedMs)}{" "}
        {text.forecast.bounds(Number(maxMinutes), Number(earlyStoppingPatience))}
      </p>
      <Button
        variant="default"
        size="compact-md"
        loading={busy}
        disabled={blocked}
        onClick={() => void measure()}
      >
        {text.forecast.measure}
      </Button>
      <ProblemAlert
        problem={problem}
        onDismiss={() => {
          setProblem(null);
        }}
      />
    </div>
  );
}

function forecastSentence(
  { totalSteps, flops }: TrainingForecast,
  { flopsPerSecond, tokensPerSecond }: TrainingSpeed,
  text: ReturnType<typeof useText>,
): string {
  const totalMs = (flops / flopsPerSecond) * 1000;
  return text.forecast.measured(totalSteps, totalMs, totalMs / totalSteps, tokensPerSecond);
}
