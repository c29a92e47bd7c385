import { Chart } from "../../components/chart";
import { Term } from "../../components/term";
import { RUN_CHARTS } from "../../lib/run-series";
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
      term: "learningRate",
      name: text.run.series.rate,
      color: "--lt-accent",
      values: series.learningRate.values,
    },
    {
      title: text.train.normChart,
      term: "gradientNorm",
      name: text.run.series.norm,
      color: "--lt-rose",
      values: series.gradNorm.values,
    },
  ] as const;
  return (
    <div className={classes.charts}>
      {charts.map(({ title, term, name, color, values }) => (
        <div key={name} className={classes.chart}>
          <h3 className={classes.chartTitle}>
            <Term id={term}>{title}</Term>
          </h3>
          <Chart
            label={name}
            version={version}
            height={140}
            group={RUN_CHARTS}
            format={shortNumber}
            placeholder={text.run.chartPlaceholder}
            lines={[{ name, color, width: 2, steps: series.step.values, values }]}
          />
        </div>
      ))}
      {series.accuracy.length > 0 && <PreferenceCharts />}
    </div>
  );
}

/** Rewards of both answers with their margin, and the preference accuracy. */
function PreferenceCharts() {
  const text = useText();
  const { series } = useStudioContext();
  const version = useStudio((state) => state.seriesVersion);
  const names = text.run.series;
  const [steps, held] = [series.step.values, series.validationStep.values];
  const reward = (name: string, color: string, values: Float64Array) => ({
    ...{ name, color, width: 2, steps, values },
  });
  const charts = [
    {
      title: text.train.rewardChart,
      format: shortNumber,
      lines: [
        reward(names.chosen, "--lt-accent", series.chosenReward.values),
        reward(names.rejected, "--lt-rose", series.rejectedReward.values),
        { ...reward(names.margin, "--lt-muted", series.rewardMargin.values), faint: true },
      ],
    },
    {
      title: text.train.accuracyChart,
      format: (share: number) => text.format.share(share),
      lines: [
        reward(names.accuracy, "--lt-accent", series.accuracy.values),
        {
          ...{ name: names.validationAccuracy, color: "--lt-rose", width: 2, points: true },
          steps: held,
          values: series.validationAccuracy.values,
        },
      ],
    },
  ];
  return charts.map(({ title, format, lines }) => (
    <div key={title} className={classes.chart}>
      <h3 className={classes.chartTitle}>{title}</h3>
      <Chart
        label={title}
        version={version}
        height={140}
        group={RUN_CHARTS}
        format={format}
        placeholder={text.run.chartPlaceholder}
        lines={lines}
      />
    </div>
  ));
}

function shortNumber(value: number): string {
  return formatTyped(Number(value.toPrecision(3)));
}
