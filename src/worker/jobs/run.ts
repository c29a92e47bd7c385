import type { RunConfig } from "../../shared/training";
import type { EncodedRows } from "../encoded-rows";
import type { Gate } from "../gate";
import type { Resumption } from "../resumption";
import type { Session } from "../session";
import type { JobContext } from "./owner";

/** What every run needs. */
export interface RunHost {
  readonly session: Session;
  readonly encoded: EncodedRows;
  /** Closed while the run is paused. */
  readonly gate: Gate;
}

/** A run being executed. */
export interface Run extends RunHost {
  readonly config: RunConfig;
  /** The name of the resulting adapter; numbered if the library already has it. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Where it resumes, or null for a new run. */
  readonly resume: Resumption | null;
  /** Id of a run that was lost before its first checkpoint, and is restarted. */
  readonly again?: string | undefined;
  readonly admit: JobContext["admit"];
}
