import { defined } from "../../lib/invariant";
import {
  NAMED_TEMPLATE_IDS,
  PLAIN_TEMPLATE_IDS,
  type PlainTemplateId,
  type PromptTemplate,
  type TemplateFacts,
} from "../../shared/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { type FittedTemplate, namedTemplate } from "./named-templates";

/** How conversations are rendered: with the tokenizer's chat template, or in a plain format. */
export type RenderingId = "chat" | PlainTemplateId;

/** A tokenizer with the chat template in use, and whether that template does the rendering. */
export interface Shape {
  readonly tokenizer: Tokenizer;
  readonly templateId: RenderingId;
}

/**
 * Applies a template to a tokenizer. Equal templates give the same tokenizer object, so that results cached per
 * tokenizer are reused.
 */
export function shapeOf({ templateId, templateSource }: PromptTemplate, tokenizer: Tokenizer): Shape {
  const plain = PLAIN_TEMPLATE_IDS.find((id) => id === templateId);
  if (plain) return { tokenizer, templateId: plain };
  if (templateId === "chat") return { tokenizer, templateId };
  const source =
    templateId === "custom"
      ? defined(templateSource, "the source of a template")
      : fitted(templateId, tokenizer)?.source;
  return { tokenizer: withTemplate(tokenizer, defined(source, templateId)), templateId: "chat" };
}

/** Facts about a template, known before rows are rendered with it. */
export function templateFacts(
  { templateId, templateSource }: PromptTemplate,
  tokenizer: Tokenizer,
): TemplateFacts {
  const named = fitted(templateId, tokenizer);
  if (named) {
    const { source, missing, replacedEnd } = named;
    const end = tokenizer.eosId === null ? "" : tokenizer.tokenText(tokenizer.eosId);
    return { source, missing, replaced: replacedEnd === null ? null : { token: replacedEnd, end } };
  }
  const source = templateId === "chat" ? tokenizer.chatTemplate : (templateSource ?? null);
  return {
    source: templateId === "custom" || templateId === "chat" ? source : null,
    missing: [],
    replaced: null,
  };
}

function fitted(templateId: PromptTemplate["templateId"], tokenizer: Tokenizer): FittedTemplate | null {
  const id = NAMED_TEMPLATE_IDS.find((known) => known === templateId);
  if (!id) return null;
  const hasToken = (text: string): boolean => {
    const [token, ...others] = tokenizer.addedTokensIn(text);
    return others.length === 0 && token?.start === 0 && token.end === text.length;
  };
  return namedTemplate(id, { hasToken, hasEnd: tokenizer.eosId !== null });
}

/** Keeps the last few per tokenizer: the editor creates a new source at every key stroke. */
const KEPT = 4;
const known = new WeakMap<Tokenizer, Map<string, Tokenizer>>();

function withTemplate(tokenizer: Tokenizer, source: string): Tokenizer {
  const made = known.get(tokenizer) ?? new Map<string, Tokenizer>();
  known.set(tokenizer, made);
  const found = made.get(source) ?? tokenizer.withChatTemplate(source);
  made.delete(source);
  made.set(source, found);
  for (const old of [...made.keys()].slice(0, -KEPT)) made.delete(old);
  return found;
}
