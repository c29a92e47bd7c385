import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/**
 * The layers of ARCHITECTURE.md: each folder of src with the folders it may import from. Applies to type imports too.
 */
const layers = {
  lib: [],
  shared: ["lib"],
  formats: ["lib"],
  scores: ["lib", "shared"],
  tokenizer: ["lib", "shared", "formats"],
  storage: ["lib", "shared"],
  hub: ["lib", "shared", "storage"],
  data: ["lib", "shared", "tokenizer", "storage"],
  engine: ["lib", "shared", "formats"],
  // English that exported files share with the page.
  "export/english": ["lib", "shared"],
  export: ["lib", "shared", "formats", "tokenizer", "data", "engine", "export/english"],
  protocol: ["lib", "shared"],
  worker: [
    "lib",
    "shared",
    "formats",
    "scores",
    "tokenizer",
    "storage",
    "hub",
    "data",
    "engine",
    "export/english",
    "export",
    "protocol",
  ],
  client: ["lib", "shared", "protocol"],
  ui: ["lib", "shared", "protocol", "client", "export/english"],
};

/**
 * The layers of the engine, lowest first: folders of src/engine. A folder may import from all lower layers and from
 * itself, but not from others of its layer; `adapters/*` stands for the folder of each kind of method.
 */
const engineFloors = [
  ["gpu"],
  ["graph"],
  ["weights"],
  ["kernels"],
  ["ops"],
  ["transform"],
  ["nn"],
  ["models"],
  ["adapters/common"],
  ["adapters/*"],
  ["adapters/composed"],
  ["adapters"],
  ["train", "generate"],
];

const elementsOf = (layer) =>
  layer === "engine" ? engineFloors.flat().map((folder) => `engine/${folder}`) : [layer];

/**
 * Every folder the rule covers, with the folders it may import from; files directly in src/engine may import nothing.
 */
const allowed = Object.fromEntries([
  ...Object.entries(layers).flatMap(([layer, below]) => {
    const lower = below.flatMap(elementsOf);
    if (layer !== "engine") return [[layer, lower]];
    return engineFloors.flatMap((floor, index) =>
      floor.map((folder) => [
        `engine/${folder}`,
        [
          ...lower,
          ...engineFloors
            .slice(0, index)
            .flat()
            .map((one) => `engine/${one}`),
        ],
      ]),
    );
  }),
  ["engine", []],
]);

/** The first matching pattern applies: nested folders come before their parents, exact names before `*`. */
const depth = (folder) => folder.split("/").length;
const elements = Object.keys(allowed).sort(
  (a, b) => depth(b) - depth(a) || a.includes("*") - b.includes("*"),
);

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
      "boundaries/elements": elements.map((type) => ({ type, pattern: `src/${type}` })),
      "import/resolver": { node: { extensions: [".ts", ".tsx"] } },
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: Object.entries(allowed).map(([type, below]) => ({
            from: { element: { type } },
            allow: { to: { element: { type: below } } },
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
