import type { DatasetPart, HubListing, UnfinishedDownload } from "../shared/hub";
import type { ModelCard } from "../shared/model";
import type { RecommendedModel } from "../shared/recommended-models";

/** A repository as a person typed it, and how to ask for it. */
export interface HubRequest {
  /** "owner/name", "owner/name@revision", or the address of its page. */
  readonly repository: string;
  /** "" is Hugging Face itself. */
  readonly endpoint: string;
  /** "" uses the token that is remembered for this endpoint, if there is one. */
  readonly token: string;
  /** Keeps the token in this browser once the hub has accepted it. */
  readonly rememberToken: boolean;
}

/** A part of a dataset on a hub; "" for the usual config or split, null for all rows. */
export interface HubDatasetRequest extends HubRequest, DatasetPart {
  readonly rows: number | null;
}

/** Files of a dataset from a hub, and what it is called. */
export interface FetchedDataset {
  readonly name: string;
  readonly files: readonly File[];
}

/** Commands about models on a hub: a part of the page's commands to the worker. */
export interface HubCommands {
  /** Well-known models of the families that this studio trains. */
  listRecommended(): readonly RecommendedModel[];
  /** What a repository offers. */
  listRepository(args: HubRequest): HubListing;
  /**
   * Downloads one of a repository's forms and keeps it as a model, going on from where an earlier attempt ended. When it
   * is cancelled, what has arrived is kept.
   */
  downloadModel(args: HubRequest & { choiceId: string }): ModelCard;
  /** Downloads that were cancelled or broke off, in this visit or an earlier one. */
  listDownloads(): readonly UnfinishedDownload[];
  /** The token counts only where the download is from the endpoint for which it was typed. */
  resumeDownload(args: { id: string; endpoint: string; token: string }): ModelCard;
  /** Gives a download up, with all that has arrived. */
  discardDownload(args: { id: string }): void;
  /**
   * Fetches the Parquet files of a part of a dataset, for them to be imported. When it is cancelled, what has arrived is
   * kept, and the next call for the same part goes on from there.
   */
  fetchDataset(args: HubDatasetRequest): FetchedDataset;
  /** Whether an access token is remembered for an endpoint. The token itself never goes back to the page. */
  hasToken(args: { endpoint: string }): boolean;
  forgetToken(args: { endpoint: string }): void;
}
