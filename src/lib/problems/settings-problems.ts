import type { FieldFault } from "./form-problems";
import type { ValueFault } from "./value-faults";

/** Why a settings file or a link with settings is refused. `file` is its name; null for a link. */
export interface SettingsProblems {
  /** `reason` is from the parser of YAML or JSON. */
  readonly "settings/not-readable": { readonly file: string | null; readonly reason: string };
  readonly "settings/too-large": {
    readonly file: string | null;
    readonly sizeBytes: number;
    readonly maxBytes: number;
  };
  /** A file of something else. */
  readonly "settings/other-file": { readonly file: string | null };
  readonly "settings/version": {
    readonly file: string | null;
    readonly version: number;
    readonly known: number;
  };
  /** Paths of keys in code notation, such as `training.learning_rate`. */
  readonly "settings/unknown-keys": { readonly file: string | null; readonly keys: readonly string[] };
  readonly "settings/value": { readonly file: string | null; readonly fault: ValueFault };
  /** An option with a value that its form does not take. */
  readonly "settings/option": {
    readonly file: string | null;
    readonly option: string;
    readonly fault: FieldFault;
  };
  readonly "settings/during-run": object;
}
