import type { AutoModel } from "../shared/model";
import type { BaseModel } from "../shared/python-usage";

/** What exports tell of the base model. */
export interface BaseFacts {
  readonly title: string;
  /** "owner/name" of the hub that it came from; null for a model of files, and for the one that comes with the studio. */
  readonly repository: string | null;
  /** Address of that hub. */
  readonly endpoint: string;
  readonly license: string;
  /** The class of transformers that loads it. */
  readonly autoModel: AutoModel;
  readonly family: string;
}

/** The base model as Python loads it: from its hub, or from a folder that only the reader knows. */
export function pythonBase({ repository, autoModel, family }: BaseFacts): BaseModel {
  return { name: repository ?? "path/to/base-model", autoModel, family };
}
