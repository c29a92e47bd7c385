import { beforeEach, expect, test, vi } from "vitest";
import type { DatasetSummary } from "../../../src/shared/data";
import { dataHashes, withPresentData } from "../../../src/worker/run-dataset";

let datasets: Partial<DatasetSummary>[] = [];
vi.mock("../../../src/storage/datasets", () => ({ listDatasets: () => Promise.resolve(datasets) }));

const config = { datasetId: "old", datasetHash: "aa", validationDatasetId: null };

beforeEach(() => {
  datasets = [];
});

test("recognises a reimported dataset by its contents", async () => {
  datasets = [
    { id: "other", contentHash: "bb" },
    { id: "check", contentHash: "aa", validates: "other" },
    { id: "new", contentHash: "aa", name: "renamed.json" },
  ];
  expect(await withPresentData(config)).toEqual({ ...config, datasetId: "new" });
});

test("keeps an existing dataset, and leaves a deleted one out", async () => {
  datasets = [
    { id: "new", contentHash: "aa" },
    { id: "old", contentHash: "aa" },
  ];
  expect(await withPresentData(config)).toEqual(config);
  datasets = [{ id: "other", contentHash: "bb" }];
  expect(await withPresentData(config)).toEqual(config);
  // Runs of earlier versions know no contents.
  datasets = [{ id: "new" }];
  expect(await withPresentData({ datasetId: "old" })).toEqual({ datasetId: "old" });
});

test("recognises a reimported validation file", async () => {
  const asked = { ...config, validationDatasetId: "check", validationHash: "cc" };
  datasets = [
    { id: "new", contentHash: "aa" },
    { id: "rows", contentHash: "cc" },
    { id: "again", contentHash: "cc", validates: "new" },
  ];
  expect(await withPresentData(asked)).toEqual({
    ...asked,
    datasetId: "new",
    validationDatasetId: "again",
  });
  expect(await dataHashes({ datasetId: "new", validationDatasetId: "again" })).toEqual({
    datasetHash: "aa",
    validationHash: "cc",
  });
});
