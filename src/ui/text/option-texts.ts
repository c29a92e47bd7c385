import type { Field, TextField } from "../../shared/fields";
import type { MethodFields, MethodId } from "../../shared/methods";

/** What the page says of an option. */
export interface OptionText {
  /** Its accessible name; an option without one goes by its own. */
  readonly label?: string;
  /** One sentence: what it does, and what goes wrong at either end. */
  readonly hint: string;
  /** What stands in the field of a text while that is empty. */
  readonly placeholder?: string;
  /** What each choice is called. */
  readonly choices?: Readonly<Record<string, string>>;
}

type Choices<F extends Field> = F extends {
  readonly type: "select";
  readonly choices: readonly (infer Choice extends string)[];
}
  ? { readonly choices: Readonly<Record<Choice, string>> }
  : unknown;

type Placeholder<F extends Field> = F extends { readonly type: TextField["type"] }
  ? { readonly placeholder: string }
  : unknown;

/** A text for each field of a form and for each of its choices: one missing or one too many does not compile. */
export type OptionTexts<Fields extends readonly Field[]> = Fields extends readonly []
  ? Readonly<Record<string, never>>
  : { readonly [F in Fields[number] as F["name"]]: { readonly hint: string } & Choices<F> & Placeholder<F> };

/** The same for forms whose fields do not go by the names of their options. */
export type LabelledOptionTexts<Fields extends readonly Field[]> = {
  readonly [F in Fields[number] as F["name"]]: {
    readonly label: string;
    readonly hint: string;
  } & Choices<F> &
    Placeholder<F>;
};

/** What the page says of a method. */
export interface MethodText<Id extends MethodId> {
  /** The name of its radio button. */
  readonly title: string;
  /** What it does and when to choose it, in an honest sentence. */
  readonly summary: string;
  readonly options: OptionTexts<MethodFields[Id]>;
}
