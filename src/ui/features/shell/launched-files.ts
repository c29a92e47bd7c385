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

/** Reads files by their endings: rows, a model, or an adapter. */
export function takeFiles(store: StudioStore, files: readonly File[]): void {
  const [first] = files;
  if (!first) return;
  const { importFiles, loadModelFiles, importAdapter, openStep } = store.getState();
  const open = (step: StepId): void => {
    location.hash = step;
    openStep(step);
  };
  if (/\.gguf$/i.test(first.name)) {
    open("model");
    void loadModelFiles(files);
  } else if (/\.zip$/i.test(first.name)) {
    open("export");
    void importAdapter(files);
  } else {
    open("data");
    void importFiles(files, first.name);
  }
}
