import type { Scope, Sections } from "./suite/sections";

/** A part of the benchmark. It is sent to a page as source text, so it may only use its parameters. */
export type Section<T> = (bench: Sections, scope: Scope) => Promise<T>;

/** Where the sections run: a page of the test browser, or this process. */
export interface Place {
  readonly name: string;
  run<T>(section: Section<T>, scope: Scope): Promise<T>;
  close(): Promise<void>;
}
