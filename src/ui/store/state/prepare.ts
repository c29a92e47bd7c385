import type { ErrorData } from "../../../lib/errors";
import type { HubDatasetRequest } from "../../../protocol/hub-commands";
import type { AdapterPlan } from "../../../protocol/commands";
import type { Events } from "../../../protocol/events";
import type {
  DatasetEdit,
  DatasetSummary,
  LengthStats,
  ReadingOptions,
  SampleDataset,
  SampleId,
  TemplateId,
} from "../../../shared/data";
import type { FieldValue, FieldValues } from "../../../shared/fields";
import type { HubListing, UnfinishedDownload } from "../../../shared/hub";
import type { MethodChoice, MethodId } from "../../../shared/methods";
import type { ModelCard, ModelSummary, Quantization } from "../../../shared/model";
import type { Goal, ObjectiveId } from "../../../shared/objectives";
import type { RecommendedModel } from "../../../shared/recommended-models";

/** What precedes a run: data, model, hub and method. */

/** Files that were imported or rejected. */
export interface LastFiles {
  readonly files: readonly File[];
  readonly name: string;
  readonly reading: ReadingOptions;
  /** The resulting dataset; null if they were rejected. */
  readonly datasetId: string | null;
  /** The dataset they are a validation file of. */
  readonly validates: string | null;
  /** Whether files are refused if they have already been imported. */
  readonly refuseKnown: boolean;
}

/** Part of a hub dataset to import; "" for the default config or split, null for all rows. */
export type HubDatasetForm = Pick<HubDatasetRequest, "repository" | "config" | "split" | "rows">;

export interface DataSlice {
  readonly datasets: readonly DatasetSummary[];
  readonly samples: readonly SampleDataset[];
  readonly dataLoaded: boolean;
  readonly datasetId: string | null;
  /** Sample id by dataset id. */
  readonly sampleOf: Readonly<Record<string, string>>;
  /** Null: the model's own chat template if it has one. */
  readonly templateId: TemplateId | null;
  /** Source of the user's template; null if there is none. */
  readonly templateSource: string | null;
  readonly dataProblem: ErrorData | null;
  /** The files of the last import, which can be reread with other settings until the page is closed. */
  readonly lastFiles: LastFiles | null;
  readonly lengths: LengthStats | null;
  readonly lengthsProblem: ErrorData | null;
  /** Lists the datasets, and selects one unless the user does: the last, the newest, or the first sample. */
  startData(): Promise<void>;
  chooseDataset(id: string): void;
  /** Imports files as one dataset. */
  importFiles(files: readonly File[], name: string): Promise<void>;
  /** Imports files as the validation file of the dataset in use, replacing any earlier one. */
  importValidation(files: readonly File[], name: string): Promise<void>;
  /** Rereads the last files with other settings, replacing the earlier result. */
  reread(reading: ReadingOptions): Promise<void>;
  /** Imports the last files even though they have already been imported. */
  importKnown(): Promise<void>;
  /** Downloads a dataset from the hub in the Model step's form, and imports it. */
  fetchDataset(wanted: HubDatasetForm): Promise<void>;
  cancelFetch(): void;
  importSample(id: SampleId): Promise<void>;
  cancelImport(): void;
  deleteDataset(id: string): Promise<void>;
  /** Edits rows; returns true if the edits were saved. */
  editRows(id: string, edit: DatasetEdit): Promise<boolean>;
  /** Saves the rows in use as JSON Lines. */
  exportRows(id: string): Promise<void>;
  chooseTemplate(id: TemplateId): void;
  /** Switches to a template written by the user. */
  editTemplate(source: string): void;
  refreshLengths(): Promise<void>;
  dismissDataProblem(): void;
}

export interface ModelSlice {
  readonly models: readonly ModelCard[];
  readonly modelsLoaded: boolean;
  /** The loaded model, or the last one; loaded again after a reload of the page. */
  readonly modelId: string | null;
  /** The loaded model, as reported by the worker. */
  readonly model: ModelSummary | null;
  readonly modelProblem: ErrorData | null;
  /** Quantization of the next model to be loaded. */
  readonly quantization: Quantization | null;
  /** Whether the running load was started automatically. */
  readonly loadsAutomatically: boolean;
  /** Lists the models, and loads the last or the built-in one unless the user loads another. */
  startModel(): Promise<void>;
  /** Resolves when no model is being loaded, including at start. */
  modelSettled(): Promise<void>;
  /** Reloads the model that was lost with the GPU, unless the user loads another; resolves to whether it is loaded. */
  reloadModel(id: string): Promise<boolean>;
  /** Sets the quantization and reloads the model with it. */
  setQuantization(quantization: Quantization | null): Promise<void>;
  /** Loads a model. The current one stays in use until the worker has loaded the new one, or if that fails. */
  loadModel(id: string): Promise<void>;
  loadModelFiles(files: readonly File[]): Promise<void>;
  cancelModel(): void;
  /** Shows the model reported by the worker, or that there is none. */
  takeModel(model: Events["model"]): void;
  /** Deletes a stored model, unloading it if it is in use. */
  deleteModel(id: string): Promise<void>;
  dismissModelProblem(): void;
}

/** The hub's form. The page keeps the access token nowhere else and never stores it. */
export interface HubForm {
  readonly hubRepository: string;
  readonly hubEndpoint: string;
  readonly hubToken: string;
  readonly hubRemember: boolean;
}

export interface HubSlice extends HubForm {
  readonly recommended: readonly RecommendedModel[];
  /** Whether the worker has stored a token for the endpoint in the form. */
  readonly tokenKept: boolean;
  /** The variants in the form's repository, if there is a choice. */
  readonly hubListing: HubListing | null;
  readonly hubChoice: string | null;
  readonly hubProblem: ErrorData | null;
  readonly downloads: readonly UnfinishedDownload[];
  startHub(): Promise<void>;
  editHub(change: Partial<HubForm>): void;
  chooseWeights(choiceId: string): void;
  /** Looks up the repository and downloads it, pausing if there is a choice to make. */
  download(): Promise<void>;
  resumeDownload(id: string): Promise<void>;
  cancelDownload(): void;
  discardDownload(id: string): Promise<void>;
  forgetToken(): Promise<void>;
  /** Asks the worker whether it has a token for the form's endpoint. */
  refreshTokenKept(): Promise<void>;
  dismissHubProblem(): void;
}

export interface MethodSlice {
  readonly methodId: MethodId;
  /** Edits of each method's form. */
  readonly methodEdits: Readonly<Partial<Record<MethodId, FieldValues>>>;
  /** The user's goal, if the dataset allows several; null selects the dataset's default. */
  readonly goalChoice: Goal | null;
  /** The objective of runs that learn preferences. */
  readonly objectiveId: ObjectiveId;
  /** Edits of each objective's form. */
  readonly objectiveEdits: Readonly<Partial<Record<ObjectiveId, FieldValues>>>;
  readonly plan: AdapterPlan | null;
  readonly planBusy: boolean;
  readonly planProblem: ErrorData | null;
  chooseGoal(goal: Goal): void;
  chooseObjective(id: ObjectiveId): void;
  editObjective(name: string, value: FieldValue): void;
  chooseMethod(id: MethodId): void;
  editMethod(name: string, value: FieldValue): void;
  /** Selects a method with its options, as stored with an adapter. */
  applyMethod(method: MethodChoice): void;
  resetMethod(): void;
  refreshPlan(): Promise<void>;
}
