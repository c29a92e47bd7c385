import type { AutoModel } from "../shared/model";
import type { BaseModel } from "../shared/python-usage";

/** Properties of the base model used by exports. */
export interface BaseFacts {
  readonly title: string;
  /** "owner/name" on its hub; null for local and built-in models. */
  readonly repository: string | null;
  /** The commit that was downloaded; null like `repository`. */
  readonly commit: string | null;
  /** Address of the hub. */
  readonly endpoint: string;
  readonly license: string;
  /** transformers class that loads it. */
  readonly autoModel: AutoModel;
  readonly family: string;
}

/** The base model in Python: from its hub, or a placeholder path. */
export function pythonBase({ repository, autoModel, family }: BaseFacts): BaseModel {
  return { name: repository ?? "path/to/base-model", autoModel, family };
}
