import {
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  NativeSelect,
  TextInput,
  Textarea,
  Button,
  Checkbox,
  InputWrapper,
  Paper,
  Radio,
} from "@mantine/core";

/** Accent colour: a deep, muted green. */
const spruce: MantineColorsTuple = [
  "#eef5f1",
  "#d9e8e0",
  "#b5d2c4",
  "#8fbca7",
  "#72ab91",
  "#4c8e70",
  "#37785c",
  "#28634a",
  "#1d4d39",
  "#133628",
];

/** Danger colour: a muted red brown. */
const rosewood: MantineColorsTuple = [
  "#f8f0ef",
  "#efdcda",
  "#dfb8b5",
  "#d39d99",
  "#c48380",
  "#a85452",
  "#914142",
  "#783336",
  "#5d282b",
  "#421d20",
];

const gray: MantineColorsTuple = [
  "#f8f8f6",
  "#f1f1ee",
  "#e6e6e2",
  "#d8d8d3",
  "#c0c1bb",
  "#9fa19b",
  "#757872",
  "#5a5d58",
  "#3e413d",
  "#262926",
];

const dark: MantineColorsTuple = [
  "#dfe3df",
  "#b6bcb6",
  "#939993",
  "#6d736e",
  "#414742",
  "#323733",
  "#262a27",
  "#191c1a",
  "#141715",
  "#0e100f",
];

const SYSTEM_FONTS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Open Sans", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif';

/** Hints and errors use the page's smallest text size; Mantine's default is smaller. */
const HINT = { fontSize: "0.875rem", lineHeight: 1.4 };

/** Mantine with the studio's colours and sizes; text is 14 to 16 px. */
export const theme = createTheme({
  colors: { spruce, rosewood, gray, dark },
  primaryColor: "spruce",
  primaryShade: { light: 7, dark: 6 },
  white: "#ffffff",
  black: "#1c1f1c",
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  fontFamily: SYSTEM_FONTS,
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "PingFang SC", "Microsoft YaHei", "Noto Sans Mono CJK SC", monospace',
  fontSizes: { xs: "0.875rem", sm: "0.875rem", md: "0.9375rem", lg: "1rem", xl: "1.125rem" },
  lineHeights: { xs: "1.45", sm: "1.45", md: "1.55", lg: "1.55", xl: "1.4" },
  headings: {
    fontFamily: SYSTEM_FONTS,
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.125rem", lineHeight: "1.3" },
      h2: { fontSize: "1.375rem", lineHeight: "1.3" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
    },
  },
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { size: "sm" },
      styles: (_, { variant }) => ({
        label: { fontWeight: variant === undefined || variant === "filled" ? 600 : 500 },
      }),
    }),
    InputWrapper: InputWrapper.extend({ styles: { description: HINT, error: HINT } }),
    Checkbox: Checkbox.extend({ styles: { description: HINT, error: HINT } }),
    Radio: Radio.extend({ styles: { description: HINT } }),
    TextInput: TextInput.extend({ defaultProps: { size: "sm" } }),
    Textarea: Textarea.extend({ defaultProps: { size: "sm", dir: "auto" } }),
    NativeSelect: NativeSelect.extend({ defaultProps: { size: "sm" } }),
    Paper: Paper.extend({ defaultProps: { radius: "lg" } }),
  },
});

/** Colours by role, so that style sheets use roles instead of shades. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f7f7f4",
    "--mantine-color-dimmed": gray[7],
    "--mantine-color-error": "#b3261e",
    "--mantine-color-placeholder": gray[6],
    "--mantine-color-default-border": gray[4],
    "--lt-surface": "#ffffff",
    "--lt-sunken": gray[1],
    "--lt-line": gray[2],
    "--lt-ink": "#1c1f1c",
    "--lt-muted": gray[7],
    "--lt-accent": spruce[7],
    "--lt-accent-soft": spruce[0],
    "--lt-accent-line": spruce[2],
    "--lt-rose": rosewood[6],
    "--lt-run-3": "#2563a8",
    "--lt-run-4": "#a36200",
    "--lt-run-5": "#7b3fa0",
    "--lt-run-6": "#5b6470",
    "--lt-rose-soft": rosewood[0],
    "--lt-rose-line": rosewood[2],
    "--lt-danger": "#b3261e",
    "--lt-danger-soft": "#fcefee",
    "--lt-warn": "#7a5200",
    "--lt-warn-soft": "#fbf4e2",
    "--lt-shadow": "0 1px 2px rgb(28 31 28 / 5%)",
  },
  dark: {
    "--mantine-color-body": "#141715",
    "--mantine-color-dimmed": dark[1],
    "--mantine-color-error": "#ff9d94",
    "--mantine-color-placeholder": dark[2],
    "--mantine-color-default-border": dark[4],
    // Mantine's own light button is darker than the surface behind it.
    "--mantine-color-spruce-light": "#243a30",
    "--mantine-color-spruce-light-hover": "#2b4539",
    "--mantine-color-spruce-light-color": spruce[2],
    "--lt-surface": "#1b1f1c",
    "--lt-sunken": "#222623",
    "--lt-line": dark[5],
    "--lt-ink": dark[0],
    "--lt-muted": dark[1],
    "--lt-accent": spruce[3],
    "--lt-accent-soft": "#1d2d25",
    "--lt-accent-line": "#365c4b",
    "--lt-rose": rosewood[3],
    "--lt-run-3": "#8ab8f0",
    "--lt-run-4": "#e8b45c",
    "--lt-run-5": "#cfa3ea",
    "--lt-run-6": "#b4bdc9",
    "--lt-rose-soft": "#33221f",
    "--lt-rose-line": "#6a423f",
    "--lt-danger": "#ff9d94",
    "--lt-danger-soft": "#3a211e",
    "--lt-warn": "#e8c47a",
    "--lt-warn-soft": "#312918",
    "--lt-shadow": "none",
  },
});
