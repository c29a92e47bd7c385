import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/**
 * The layers of ARCHITECTURE.md: each folder of src and the folders it may import from.
 * The rule holds for types as well as for values.
 */
const layers = {
  lib: [],
  spec: ["lib"],
  formats: ["lib"],
  tokenizer: ["lib", "spec", "formats"],
  storage: ["lib", "spec"],
  hub: ["lib", "spec", "storage"],
  data: ["lib", "spec", "tokenizer", "storage"],
  engine: ["lib", "spec", "formats"],
  export: ["lib", "spec", "formats", "engine"],
  protocol: ["lib", "spec"],
  worker: ["lib", "spec", "formats", "tokenizer", "storage", "hub", "data", "engine", "export", "protocol"],
  client: ["lib", "spec", "protocol"],
  ui: ["lib", "spec", "protocol", "client"],
};

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "public/**", "tests/golden/**"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts", "**/*.tsx"],
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
    },
  },
  {
    files: ["src/**/*.ts", "src/**/*.tsx"],
    plugins: { boundaries, "react-hooks": reactHooks },
    settings: {
      "boundaries/elements": Object.keys(layers).map((type) => ({ type, pattern: `src/${type}` })),
      "import/resolver": { node: { extensions: [".ts", ".tsx"] } },
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: Object.entries(layers).map(([type, below]) => ({
            from: { element: { type } },
            allow: { to: { element: { type: [type, ...below] } } },
          })),
        },
      ],
    },
  },
  {
    files: ["tests/**/*.ts", "*.config.ts", "*.config.js"],
    rules: { "no-console": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
