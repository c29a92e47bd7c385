import type { DatasetSummary } from "../shared/data";
import type { RunConfig } from "../shared/training";
import { listDatasets } from "../storage/datasets";

/** What identifies a run's data after it was deleted and imported again. */
export type DataIdentity = Pick<
  RunConfig,
  "datasetId" | "datasetHash" | "validationDatasetId" | "validationHash"
>;

/**
 * A configuration with the ids that its data has now: datasets that are gone are recognised by the contents of their
 * files if they were imported again. Others stay as they are.
 */
export async function withPresentData<Config extends DataIdentity>(config: Config): Promise<Config> {
  const datasets = await listDatasets();
  const dataset = present(
    datasets,
    config.datasetId,
    config.datasetHash,
    ({ validates }) => validates === undefined,
  );
  const { validationDatasetId = null } = config;
  if (validationDatasetId === null)
    return dataset === config.datasetId ? config : { ...config, datasetId: dataset };
  const validation = present(
    datasets,
    validationDatasetId,
    config.validationHash,
    ({ validates }) => validates !== undefined,
  );
  return { ...config, datasetId: dataset, validationDatasetId: validation };
}

/** The hashes of the files behind a run's data, with which it is kept. */
export async function dataHashes({
  datasetId,
  validationDatasetId = null,
}: Pick<RunConfig, "datasetId" | "validationDatasetId">): Promise<
  Pick<RunConfig, "datasetHash" | "validationHash">
> {
  const datasets = await listDatasets();
  const hashOf = (id: string | null): string | undefined =>
    datasets.find((dataset) => dataset.id === id)?.contentHash;
  const [datasetHash, validationHash] = [hashOf(datasetId), hashOf(validationDatasetId)];
  return { ...(datasetHash && { datasetHash }), ...(validationHash && { validationHash }) };
}

function present(
  datasets: readonly DatasetSummary[],
  id: string,
  hash: string | undefined,
  isOfKind: (dataset: DatasetSummary) => boolean,
): string {
  if (hash === undefined || datasets.some((dataset) => dataset.id === id)) return id;
  return datasets.find((dataset) => dataset.contentHash === hash && isOfKind(dataset))?.id ?? id;
}
