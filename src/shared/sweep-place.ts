import type { FieldValues } from "./fields";

/** A run's part in a sweep. */
export interface SweepPlace {
  /** The same for all runs of a sweep. */
  readonly id: string;
  /** The settings that differ, by name. */
  readonly values: FieldValues;
}
