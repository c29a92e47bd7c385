import { Chart } from "../../components/chart";
import { useStudio, useStudioContext } from "../../store/context";
import { useText } from "../../text/text";

const HEIGHT = 230;

/** Raw and smoothed training loss, and validation loss. */
export function LossChart() {
  const text = useText();
  const { series } = useStudioContext();
  const version = useStudio((state) => state.seriesVersion);
  const names = text.run.series;
  const steps = series.step.values;
  return (
    <Chart
      label={text.run.lossChart}
      version={version}
      height={HEIGHT}
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
  );
}
