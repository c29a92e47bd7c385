import type { TokenPart, TokenView } from "../../shared/data";

type Token = TokenView["tokens"][number];

/** Neighbouring tokens of one part that are all learned, or all not. */
export interface TokenRun {
  readonly part: TokenPart;
  readonly supervised: boolean;
  readonly tokens: readonly Token[];
}

/** Tokens gathered into runs, in order. */
export function tokenRuns(tokens: readonly Token[]): TokenRun[] {
  const runs: { part: TokenPart; supervised: boolean; tokens: Token[] }[] = [];
  for (const token of tokens) {
    const last = runs.at(-1);
    if (last && last.part === token.part && last.supervised === token.supervised) last.tokens.push(token);
    else runs.push({ part: token.part, supervised: token.supervised, tokens: [token] });
  }
  return runs;
}
