/** The libraries measured beside Luthier, with their packages. */
export const rivalPackages = {
  "jax-js": ["@jax-js/jax"],
  tfjs: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-webgpu"],
  nanogpt: ["@genai-fi/nanogpt"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type RivalName = keyof typeof rivalPackages;

export const RIVALS = Object.keys(rivalPackages) as readonly RivalName[];

/** A rival that was not measured, and why. */
export interface LeftOut {
  readonly rival: RivalName;
  readonly why: string;
}

/** What is measured. Plain data, since it is sent to a page. */
export interface Scope {
  readonly rivals: readonly RivalName[];
  /** One shape and few runs: checks that everything works instead of how fast it is. */
  readonly quick: boolean;
}

/** Timed runs, after one warm-up. */
export function runsOf({ quick }: Scope): number {
  return quick ? 3 : 7;
}

/** An error's message on one line. */
export function reasonOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line;
}
