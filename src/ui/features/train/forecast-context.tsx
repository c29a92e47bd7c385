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
  /** Whether the current choices allow planning a run. */
  readonly isPlannable: boolean;
  /** GPU memory in bytes, as entered by the user or assumed. */
  readonly budgetBytes: number;
  readonly assumedBytes: number;
  /** Sets the GPU memory in GB; null resets it to the assumption. */
  readonly setBudget: (gigabytes: number | null) => void;
  /** Measured speed of the loaded model, if known. */
  readonly speed: TrainingSpeed | null;
  readonly setSpeed: (speed: TrainingSpeed) => void;
}

const ForecastContext = createContext<Forecast | null>(null);

/** Forecast of the chosen run, shared by the Train step and the run panel. */
export function useForecast(): Forecast {
  return defined(use(ForecastContext), "the forecast's context");
}

/** Updates the forecast whenever an option changes. */
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
