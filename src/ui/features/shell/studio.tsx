import { CompareStep } from "../compare/compare-step";
import { DataStep } from "../data/data-step";
import { ExportStep } from "../export/export-step";
import { FirstSight } from "../start/first-sight";
import { ForecastProvider } from "../train/forecast-context";
import { MethodStep } from "../method/method-step";
import { ModelStep } from "../model/model-step";
import { TrainStep } from "../train/train-step";
import { useText } from "../../text/text";
import { MachineLine } from "./machine-line";
import { PageNotices } from "./page-notices";
import { Rail } from "./rail";
import { RunPanel } from "./run-panel";
import { StepToggle } from "./step-toggle";
import classes from "./studio.module.css";
import { BrowserIntegration } from "./browser-integration";
import { SettingsDrop } from "./settings-drop";
import { UndoOffer } from "./undo-offer";

/** The page: navigation, six steps, run panel. */
export function Studio() {
  const text = useText();
  return (
    <div className={classes.page}>
      <a href="#data" className={classes.skip}>
        {text.shell.skip}
      </a>
      <a
        href="#run"
        className={classes.skip}
        onClick={(event) => {
          // Keep the step in the address.
          event.preventDefault();
          document.getElementById("run")?.focus();
        }}
      >
        {text.shell.skipToRun}
      </a>
      <BrowserIntegration />
      <SettingsDrop />
      <ForecastProvider>
        <Rail />
        <main className={classes.main}>
          <PageNotices />
          <UndoOffer />
          <FirstSight />
          <StepToggle />
          <DataStep />
          <ModelStep />
          <MethodStep />
          <TrainStep />
          <CompareStep />
          <ExportStep />
          <MachineLine />
        </main>
        <RunPanel />
      </ForecastProvider>
    </div>
  );
}
