import {
  convertCssVariables,
  defaultCssVariablesResolver,
  type MantineTheme,
  useMantineTheme,
} from "@mantine/core";
import { useInsertionEffect } from "react";
import { cssVariables } from "./theme";

/**
 * The theme's CSS variables as a constructed style sheet. Mantine would write them into a style element, which the
 * page's content security policy forbids.
 */
export function ThemeVariables() {
  const theme = useMantineTheme();
  useInsertionEffect(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(themeCss(theme));
    document.adoptedStyleSheets.push(sheet);
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((adopted) => adopted !== sheet);
    };
  }, [theme]);
  return null;
}

function themeCss(theme: MantineTheme): string {
  const [all, own] = [defaultCssVariablesResolver(theme), cssVariables(theme)];
  const variables = {
    variables: { ...all.variables, ...own.variables },
    light: { ...all.light, ...own.light, "--mantine-color-scheme": "light" },
    dark: { ...all.dark, ...own.dark, "--mantine-color-scheme": "dark" },
  };
  return convertCssVariables(variables, ":root");
}
