import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const ELECTRON_ELSEWHERE =
  "Electron belongs to src/main and src/preload; pass in what you need, so that this code runs anywhere.";

const electronWithout = (...importNames) => ({
  name: "electron",
  importNames,
  message:
    "ipcMain is used in src/main/ipc only, where sender, input and output are checked; ipcRenderer in src/preload only.",
});

const readonly = (...names) => Object.fromEntries(names.map((name) => [name, "readonly"]));
const NODE_GLOBALS = readonly(
  "process",
  "console",
  "Buffer",
  "URL",
  "URLSearchParams",
  "fetch",
  "AbortController",
  "AbortSignal",
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "queueMicrotask",
  "structuredClone",
  "performance",
  "TextEncoder",
  "TextDecoder",
  "WebAssembly",
);

const PLAIN_LITERALS = {
  "no-restricted-syntax": [
    "error",
    ...["SpreadElement > ObjectExpression.argument", "SpreadElement > ArrayExpression.argument"].map(
      (selector) => ({
        selector,
        message: "Write the fields out: a spread of a literal only dodges the formatter.",
      }),
    ),
  ],
};

export default defineConfig(
  globalIgnores([
    "out/",
    ".runtime/",
    ".cache/",
    "lab-demo/",
    "bench-results/",
    "test-results/",
    "resources/data/",
    "resources/lessons/",
    "resources/notebooks/",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error", noInlineConfig: true } },
  js.configs.recommended,
  { rules: PLAIN_LITERALS },

  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-console": ["error", { allow: ["warn", "error"] }],
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Numbers are what this app shows: `${rows} rows` is what is meant.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `onClick={() => run()}` reads well, and so does `on("x", () => log(…))`.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Records of many shapes (a result, a row, a schema) are types here; interfaces are for what is implemented.
      "@typescript-eslint/consistent-type-definitions": "off",
      // tsconfig's noPropertyAccessFromIndexSignature is off; brackets mark an index signature on purpose.
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },

  {
    // Numeric loops over typed arrays: every index is inside by construction.
    files: ["src/core/**", "src/workers/**", "src/main/engine/**", "src/sandbox/prelude/**"],
    rules: { "@typescript-eslint/prefer-for-of": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    // Cells hand over whatever they like, and their types are never checked before they run; what is called later is
    // taken from the prototypes before a cell can put another in its place.
    files: ["src/sandbox/prelude/**"],
    rules: {
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    // By this name of the option the check for unused code finds the entries.
    files: ["electron.vite.config.ts"],
    rules: { "@typescript-eslint/no-deprecated": "off" },
  },
  {
    // Of some eighty kinds of nodes, or of all ops, a few are meant: the default tells of the others.
    files: ["src/sandbox/python/**", "src/core/network/seeded-bug.ts", "src/main/lab/stepper/step-names.ts"],
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ["src/core/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["performance", "Date", "setTimeout", "process", "document", "window"].map((name) => ({
          name,
          message: "core has no clock, no process and no DOM; take the value as a parameter.",
        })),
      ],
      "no-restricted-properties": [
        "error",
        {
          object: "Math",
          property: "random",
          message: "core has no hidden generator; take a seeded stream.",
        },
      ],
    },
  },

  {
    files: ["src/core/**", "src/shared/**", "src/workers/**", "src/sandbox/**", "src/renderer/**"],
    rules: { "no-restricted-imports": ["error", { name: "electron", message: ELECTRON_ELSEWHERE }] },
  },
  {
    files: ["src/main/**"],
    ignores: ["src/main/ipc/**"],
    rules: { "no-restricted-imports": ["error", electronWithout("ipcMain", "ipcRenderer")] },
  },
  {
    files: ["src/main/ipc/**"],
    rules: { "no-restricted-imports": ["error", electronWithout("ipcRenderer")] },
  },
  {
    files: ["src/preload/**"],
    rules: { "no-restricted-imports": ["error", electronWithout("ipcMain")] },
  },
  {
    files: [
      "src/main/engine/**",
      "src/main/lab/**",
      "src/main/store/**",
      "src/main/data/**",
      "src/main/cli/**",
    ],
    rules: { "no-restricted-imports": ["error", { name: "electron", message: ELECTRON_ELSEWHERE }] },
  },
  {
    // The command line talks on stdout and stderr.
    files: ["src/main/cli/**"],
    rules: { "no-console": "off" },
  },

  {
    files: ["src/renderer/**"],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // Handlers of events may be async; their failures are shown by the code inside.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // Only a compiler that is not in use would have to know of the virtual table.
      "react-hooks/incompatible-library": "off",
    },
  },

  {
    files: ["test/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-type-assertion": "off",
    },
  },

  {
    files: ["scripts/**", "*.config.js", "**/*.mjs"],
    languageOptions: { globals: NODE_GLOBALS },
  },
  {
    // Parts of it run in the page.
    files: ["bench/store/**", "bench/window/**"],
    languageOptions: {
      globals: readonly(
        "window",
        "document",
        "localStorage",
        "requestAnimationFrame",
        "Event",
        "PointerEvent",
        "HTMLInputElement",
        "MessageChannel",
        "getComputedStyle",
        "navigator",
      ),
    },
  },
  {
    files: ["**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { ...NODE_GLOBALS, ...readonly("require", "module", "exports", "__dirname", "__filename") },
    },
  },
);
