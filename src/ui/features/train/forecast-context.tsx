import { useLocalStorage } from "@mantine/hooks";
import { createContext, type ReactNode, use, useState } from "react";
import { defined } from "../../../lib/invariant";
import type { TrainingForecast, TrainingSpeed } from "../../../shared/forecast";
import { useStudio, useStudioContext } from "../../store/context";
import { assumedBudget, forecastInputs } from "../../store/forecast-inputs";
import { useRemote } from "../../store/use-remote";

const GIGABYTE = 1e9;
const DELAY_MS = 500;

interface Forecast {
  readonly remote: ReturnType<typeof useRemote<TrainingForecast | null>>;
  /** Whether a run can be planned from what is chosen. */
  readonly isPlannable: boolean;
  /** GPU memory in bytes: what the person entered, else what is assumed. */
  readonly budgetBytes: number;
  readonly assumedBytes: number;
  /** Sets the GPU memory in GB; null goes back to what is assumed. */
  readonly setBudget: (gigabytes: number | null) => void;
  /** Speed of the loaded model, once it is measured. */
  readonly speed: TrainingSpeed | null;
  readonly setSpeed: (speed: TrainingSpeed) => void;
}

const ForecastContext = createContext<Forecast | null>(null);

/** What the chosen run needs, for the Train step and the run panel. */
export function useForecast(): Forecast {
  return defined(use(ForecastContext), "the forecast's context");
}

/** Forecasts the chosen run anew whenever an option changes. */
export function ForecastProvider({ children }: { readonly children: ReactNode }) {
  const { client, store } = useStudioContext();
  const gpu = useStudio((state) => state.environment?.gpu ?? null);
  const modelId = useStudio((state) => state.model?.id ?? null);
  const [gigabytes, setBudget] = useLocalStorage<number | null>({
    key: "luthier-gpu-memory",
    defaultValue: null,
  });
  const assumedBytes = assumedBudget(gpu?.maxBufferBytes ?? 0);
  const budgetBytes = gigabytes === null ? assumedBytes : gigabytes * GIGABYTE;
  const key = useStudio((state) => forecastInputs(state, budgetBytes)?.key ?? null);
  const remote = useRemote(
    gpu ? key : null,
    (signal) => {
      const wanted = forecastInputs(store.getState(), budgetBytes);
      return wanted ? client.withSignal(signal).call("forecastTraining", wanted.args) : Promise.resolve(null);
    },
    DELAY_MS,
  );
  const [known, setKnown] = useState<{ modelId: string | null; speed: TrainingSpeed } | null>(null);
  const setSpeed = (speed: TrainingSpeed): void => {
    setKnown({ modelId, speed });
  };
  const speed = known?.modelId === modelId ? known.speed : null;
  return (
    <ForecastContext
      value={{ remote, isPlannable: key !== null, budgetBytes, assumedBytes, setBudget, speed, setSpeed }}
    >
      {children}
    </ForecastContext>
  );
}
