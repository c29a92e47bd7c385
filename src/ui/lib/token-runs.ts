import type { TokenPart, TokenView } from "../../shared/data";

type Token = TokenView["tokens"][number];

/** Consecutive tokens of one part with the same loss mask. */
export interface TokenRun {
  readonly part: TokenPart;
  readonly supervised: boolean;
  readonly tokens: readonly Token[];
}

/** Groups tokens into runs, in order. */
export function tokenRuns(tokens: readonly Token[]): TokenRun[] {
  const runs: { part: TokenPart; supervised: boolean; tokens: Token[] }[] = [];
  for (const token of tokens) {
    const last = runs.at(-1);
    if (last && last.part === token.part && last.supervised === token.supervised) last.tokens.push(token);
    else runs.push({ part: token.part, supervised: token.supervised, tokens: [token] });
  }
  return runs;
}
