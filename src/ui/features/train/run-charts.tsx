import { Chart } from "../../components/chart";
import { formatTyped } from "../../lib/typed-number";
import { useStudio, useStudioContext } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./train-step.module.css";

/** Learning rate and gradient norm; the losses are in the run panel. */
export function RunCharts() {
  const text = useText();
  const { series } = useStudioContext();
  const version = useStudio((state) => state.seriesVersion);
  const charts = [
    {
      title: text.train.rateChart,
      name: text.run.series.rate,
      color: "--lt-accent",
      values: series.learningRate.values,
    },
    {
      title: text.train.normChart,
      name: text.run.series.norm,
      color: "--lt-rose",
      values: series.gradNorm.values,
    },
  ];
  return (
    <div className={classes.charts}>
      {charts.map(({ title, name, color, values }) => (
        <div key={name} className={classes.chart}>
          <h3 className={classes.chartTitle}>{title}</h3>
          <Chart
            label={name}
            version={version}
            height={140}
            format={shortNumber}
            placeholder={text.run.chartPlaceholder}
            lines={[{ name, color, width: 2, steps: series.step.values, values }]}
          />
        </div>
      ))}
    </div>
  );
}

function shortNumber(value: number): string {
  return formatTyped(Number(value.toPrecision(3)));
}
