import type { RegexFault } from "./pattern-problems";
/** Tokenizers and chat templates. */
export interface TokenizerProblems {
  /** tokenizer.json describes nothing that can be built; `reason` is the library's. */
  readonly "tokenizer/not-built": { readonly reason: string };
  /** A token has an id far beyond the number of tokens. */
  readonly "tokenizer/id-out-of-range": {
    readonly token: string;
    readonly id: number;
    readonly tokens: number;
  };
  /** The replacements of the normaliser let a text grow without end. */
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
  /** The template is no Jinja that can be read. */
  readonly "tokenizer/template-unreadable": { readonly reason: string };
  /** The template takes more work or room than any template needs. */
  readonly "tokenizer/template-endless": object;
  /** The template raises an error of its own about the conversation. */
  readonly "tokenizer/chat-refused": { readonly reason: string };
  /** The template breaks on the conversation. */
  readonly "tokenizer/template-failed": { readonly reason: string };
}
