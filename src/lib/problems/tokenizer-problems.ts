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
  /** Normaliser, pre-tokenizer or decoder have too many components. */
  readonly "tokenizer/too-many-parts": { readonly most: number };
  /** tokenizer.json has a component of an unsupported type, or with an unsupported key. */
  readonly "tokenizer/part": {
    readonly place: string;
    readonly type: string;
    readonly key: string | null;
  };
  /** tokenizer_config.json has a setting that is not supported. */
  readonly "tokenizer/config-key": { readonly key: string };
  /** The tokenizer fails on a text; `reason` is from the library. */
  readonly "tokenizer/text-failed": { readonly reason: string };
  /** A regular expression of tokenizer.json exceeds the budget. */
  readonly "tokenizer/pattern-endless": { readonly pattern: string };
  /** A regular expression of tokenizer.json is invalid or unsupported; `reason` is from the regex engine. */
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
  /** The template failed on the conversation; `line` is absent in data of earlier versions. */
  readonly "tokenizer/template-failed": { readonly reason: string; readonly line?: number | null };
}
