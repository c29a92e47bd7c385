import type { PromptTemplate } from "../shared/data";
import type { ExportType } from "../shared/exports";
import type { DatasetPart, HubListing, UnfinishedDownload } from "../shared/hub";
import type { ModelCard } from "../shared/model";
import type { RecommendedModel } from "../shared/recommended-models";

/** A repository as entered by the user, with access options. */
export interface HubRequest {
  /** "owner/name", "owner/name@revision", or a page URL. */
  readonly repository: string;
  /** "" for Hugging Face. */
  readonly endpoint: string;
  /** "" uses the endpoint's stored token, if any. */
  readonly token: string;
  /** Stores the token in the browser once the hub has accepted it. */
  readonly rememberToken: boolean;
}

/** A part of a dataset on a hub; "" for the default config or split, null for all rows. */
export interface HubDatasetRequest extends HubRequest, DatasetPart {
  readonly rows: number | null;
}

/** Files of a hub dataset, and its name. */
export interface FetchedDataset {
  readonly name: string;
  readonly files: readonly File[];
}

/** What is published of an adapter: itself, or the model with it merged in. */
export type PushedExport = "adapter" | "merged";

/** An adapter to publish. The revision of `repository` is the branch, or what a pull request is for. */
export interface PushRequest extends HubRequest {
  readonly id: string;
  readonly exportId: PushedExport;
  /** Data type of the merged model. */
  readonly type: ExportType | null;
  /** Template for adapters without a run. */
  readonly template: PromptTemplate;
  /** Whether a repository that does not exist yet becomes private. */
  readonly isPrivate: boolean;
  readonly asPullRequest: boolean;
}

/** What was published. */
export interface Pushed {
  /** Page of the repository, branch or pull request. */
  readonly url: string;
  /** Whether the repository is new. */
  readonly created: boolean;
  readonly sizeBytes: number;
}

/** Hub commands. */
export interface HubCommands {
  /** Well-known models of supported families. */
  listRecommended(): readonly RecommendedModel[];
  /** Lists the contents of a repository. */
  listRepository(args: HubRequest): HubListing;
  /** Downloads and stores a model, resuming an earlier attempt. Partial downloads are kept when cancelled. */
  downloadModel(args: HubRequest & { choiceId: string }): ModelCard;
  /** Cancelled and interrupted downloads, including those of earlier visits. */
  listDownloads(): readonly UnfinishedDownload[];
  /** The token is used only if the download is from the same endpoint. */
  resumeDownload(args: { id: string; endpoint: string; token: string }): ModelCard;
  /** Discards a download and its files. */
  discardDownload(args: { id: string }): void;
  /**
   * Downloads the Parquet files of a part of a dataset, ready to be imported. If cancelled, the files are kept and the
   * next call for the same part resumes.
   */
  fetchDataset(args: HubDatasetRequest): FetchedDataset;
  /** Whether a token is stored for an endpoint. The token itself never reaches the page. */
  hasToken(args: { endpoint: string }): boolean;
  forgetToken(args: { endpoint: string }): void;
}
