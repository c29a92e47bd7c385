/** Regular expressions in options and adapters' folders. */
export interface PatternProblems {
  /** It takes longer than any choice of modules needs. */
  readonly "config/pattern-endless": { readonly pattern: string };
  /** It is none of Python's, or uses what is not evaluated; `reason` is the engine's. */
  readonly "config/pattern-unreadable": { readonly pattern: string; readonly reason: string };
}
