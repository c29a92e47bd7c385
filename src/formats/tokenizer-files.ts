/** Source files of a tokenizer, parsed. */
export interface TokenizerFiles {
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** tokenizer_config.json merged with special_tokens_map.json; empty if neither exists. */
  readonly config: Readonly<Record<string, unknown>>;
  /** chat_template.jinja; takes precedence over the template in `config`. */
  readonly chatTemplate: string | null;
}
