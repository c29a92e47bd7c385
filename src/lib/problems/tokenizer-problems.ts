import type { RegexFault } from "./pattern-problems";
/** Tokenizers and chat templates. */
export interface TokenizerProblems {
  /** No tokenizer can be built from tokenizer.json; `reason` is from the library. */
  readonly "tokenizer/not-built": { readonly reason: string };
  /** A token id is far beyond the vocabulary size. */
  readonly "tokenizer/id-out-of-range": {
    readonly token: string;
    readonly id: number;
    readonly tokens: number;
  };
  /** The normaliser's replacements grow the text without bound. */
  readonly "tokenizer/text-grows": object;
  /** Normaliser, pre-tokenizer or decoder have more parts than any tokenizer. */
  readonly "tokenizer/too-many-parts": { readonly most: number };
  /** The tokenizer breaks on a text; `reason` is the library's. */
  readonly "tokenizer/text-failed": { readonly reason: string };
  /** An expression of tokenizer.json that takes longer than any tokenizer needs. */
  readonly "tokenizer/pattern-endless": { readonly pattern: string };
  /** An expression of tokenizer.json that is none, or uses what is not evaluated; `reason` is the engine's. */
  readonly "tokenizer/pattern-unreadable": { readonly pattern: string; readonly fault: RegexFault };
  readonly "tokenizer/no-chat-template": object;
  /** The template is not valid Jinja. */
  readonly "tokenizer/template-unreadable": { readonly reason: string; readonly line: number };
  /** The template ends within a block, an expression or a comment. */
  readonly "tokenizer/template-unfinished": object;
  /** The template exceeds its execution budget. */
  readonly "tokenizer/template-endless": object;
  /** The template rejected the conversation with its own error. */
  readonly "tokenizer/chat-refused": { readonly reason: string };
  /** The template failed on the conversation; `line` is absent in what was kept before it was told. */
  readonly "tokenizer/template-failed": { readonly reason: string; readonly line?: number | null };
}
