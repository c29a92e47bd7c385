/** What a tokenizer is built from; the objects are as the files have them. */
export interface TokenizerFiles {
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** tokenizer_config.json, with what special_tokens_map.json adds; empty when there is neither. */
  readonly config: Readonly<Record<string, unknown>>;
  /** chat_template.jinja, which outranks the one in `config`. */
  readonly chatTemplate: string | null;
}
