import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { Chart } from "../../components/chart";
import { RUN_CHARTS } from "../../lib/run-series";
import { useStudio, useStudioContext } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./loss-chart.module.css";

const HEIGHT = 230;

/** Raw and smoothed training loss, and validation loss, on a linear or a logarithmic axis. */
export function LossChart() {
  const text = useText();
  const { series } = useStudioContext();
  const version = useStudio((state) => state.seriesVersion);
  const names = text.run.series;
  const steps = series.step.values;
  const [log, setLog] = useState(false);
  return (
    <div className={classes.chart}>
      <Chart
        label={text.run.lossChart}
        version={version}
        height={HEIGHT}
        log={log}
        group={RUN_CHARTS}
        format={text.format.loss}
        placeholder={text.run.chartPlaceholder}
        lines={[
          {
            name: names.train,
            color: "--lt-accent",
            width: 1.5,
            faint: true,
            steps,
            values: series.loss.values,
          },
          { name: names.smooth, color: "--lt-accent", width: 2, steps, values: series.smoothLoss.values },
          {
            name: names.validation,
            color: "--lt-rose",
            width: 2,
            points: true,
            steps: series.validationStep.values,
            values: series.validationLoss.values,
          },
        ]}
      />
      {steps.length > 0 && (
        <Checkbox
          size="xs"
          label={text.compareRuns.log}
          checked={log}
          onChange={(event) => {
            setLog(event.currentTarget.checked);
          }}
        />
      )}
    </div>
  );
}
