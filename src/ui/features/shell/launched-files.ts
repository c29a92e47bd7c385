import { useEffect } from "react";
import { useStudioContext } from "../../store/context";
import type { StudioStore } from "../../store/create-store";
import type { StepId } from "../../store/steps";

/** The part of the Launch Handler API used here: files that the installed studio is opened with. */
interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files: readonly FileSystemFileHandle[] }) => void): void;
}

/** Takes files that the desktop opens with the installed studio to their step. */
export function useLaunchedFiles(): void {
  const { store } = useStudioContext();
  useEffect(() => {
    const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
    launchQueue?.setConsumer(({ files }) => {
      void Promise.all(files.map((handle) => handle.getFile())).then((opened) => {
        takeFiles(store, opened);
      });
    });
  }, [store]);
}

/** Reads files by their endings, each kind in its step: a model, an adapter, or rows. */
export function takeFiles(store: StudioStore, files: readonly File[]): void {
  const { importFiles, loadModelFiles, importAdapter, openStep } = store.getState();
  const isOf = (ending: string) => (file: File) => file.name.toLowerCase().endsWith(ending);
  const [weights, archives] = [files.filter(isOf(".gguf")), files.filter(isOf(".zip"))];
  const [first, ...others] = files.filter((file) => !weights.includes(file) && !archives.includes(file));
  const take = (step: StepId, read: () => Promise<void>): void => {
    location.hash = step;
    openStep(step);
    void read();
  };
  if (weights.length > 0) take("model", () => loadModelFiles(weights));
  if (archives.length > 0) take("export", () => importAdapter(archives));
  if (first) take("data", () => importFiles([first, ...others], first.name));
}
