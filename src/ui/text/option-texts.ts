import type { Field, TextField } from "../../shared/fields";
import type { MethodFields, MethodId } from "../../shared/methods";

/** Texts of an option. */
export interface OptionText {
  /** Accessible name; defaults to the option's own name. */
  readonly label?: string;
  /** One sentence: what the option does and what goes wrong at either extreme. */
  readonly hint: string;
  /** Placeholder of an empty text field. */
  readonly placeholder?: string;
  /** Labels of the choices. */
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

/** Texts for each field of a form and each of its choices: a missing or extra one does not compile. */
export type OptionTexts<Fields extends readonly Field[]> = Fields extends readonly []
  ? Readonly<Record<string, never>>
  : { readonly [F in Fields[number] as F["name"]]: { readonly hint: string } & Choices<F> & Placeholder<F> };

/** As {@link OptionTexts}, for forms whose fields have labels other than their names. */
export type LabelledOptionTexts<Fields extends readonly Field[]> = {
  readonly [F in Fields[number] as F["name"]]: {
    readonly label: string;
    readonly hint: string;
  } & Choices<F> &
    Placeholder<F>;
};

/** Texts of a method. */
export interface MethodText<Id extends MethodId> {
  /** Label of its radio button. */
  readonly title: string;
  /** What it does and when to choose it, in a sentence. */
  readonly summary: string;
  readonly options: OptionTexts<MethodFields[Id]>;
}
