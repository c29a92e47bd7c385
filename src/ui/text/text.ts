import { createContext, use } from "react";
import { en, type Text } from "./en";

export type { Text };

/** The language of the page. */
export const TextContext = createContext<Text>(en);

/** Every sentence and label, in the language of the page. */
export function useText(): Text {
  return use(TextContext);
}
