// The import table of ARCHITECTURE.md. Each folder lists what it may reach; everything else is an error.

const LIBRARIES = {
  core: ["pure-rand"],
  shared: ["valibot"],
  workers: ["piscina"],
  sandbox: [
    "quickjs-emscripten-core",
    "@jitl/quickjs-wasmfile-release-sync",
    "sucrase",
    "acorn",
    "acorn-walk",
    "eslint-scope",
    "valibot",
  ],
  main: [
    "electron",
    "better-sqlite3",
    "piscina",
    "csv-parse",
    "csv-stringify",
    "hyparquet",
    "hyparquet-compressors",
    "pngjs",
    "jpeg-js",
    "yauzl",
    "yazl",
    "commander",
    "valibot",
    "pure-rand",
    "@tensorflow/tfjs-core",
    "@tensorflow/tfjs-backend-wasm",
    "micromark",
    "micromark-extension-math",
    "hyparquet-writer",
  ],
  preload: ["electron"],
  renderer: [
    "react",
    "react-dom",
    "@mantine/core",
    "@mantine/hooks",
    "lucide-react",
    "chart.js",
    "katex",
    "highlight.js",
    "valibot",
    "react-markdown",
    "remark-math",
    "@tanstack/react-virtual",
    "@codemirror",
    "@lezer",
    "typescript",
  ],
};

const FOLDERS = {
  core: ["core"],
  shared: ["shared", "core"],
  workers: ["workers", "shared", "core"],
  sandbox: ["sandbox", "shared", "core"],
  main: ["main", "shared", "core"],
  preload: ["preload", "shared"],
  renderer: ["renderer", "shared", "core"],
};

/** Where Node's own modules exist. */
const NODE = ["workers", "sandbox", "main"];

const escape = (name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const anyOf = (names) => names.map(escape).join("|");

const EXPERIMENTS = [
  "notebook",
  "ladder",
  "init",
  "stages",
  "stepper",
  "gradcheck",
  "training",
  "learned",
  "live",
  "lessons",
  "runs",
  "cluster",
];
const VIEWS = [
  "notebook",
  "live",
  "ladder",
  "initialise",
  "stages",
  "backward",
  "gradients",
  "train",
  "runs",
  "data",
  "diagnostics",
  "settings",
];

/** Shows the source of the kernels as text. */
const RUNG_CODE = "^src/main/lab/rungs/rung-code\\.ts$";

/** Reads the text of cells, as the sandbox does, without running them. */
const CELL_TEXT = "^src/sandbox/(cell-names|prepare-cell|python/python-notebook)\\.ts$";

/** Runs while the app is built; what it makes is part of the app, its library is not. */
const KERNEL_GENERATOR = "^src/workers/kernels/generate/generate\\.ts$";

const tableRules = Object.entries(FOLDERS).flatMap(([folder, reachable]) => [
  {
    name: `${folder}-folders`,
    comment: `src/${folder} may import ${reachable.map((name) => `src/${name}`).join(", ")}.`,
    severity: "error",
    from: { path: `^src/${folder}/`, pathNot: RUNG_CODE },
    to: {
      path: "^src/",
      pathNot: [`^src/(${anyOf(reachable)})/`, ...(folder === "main" ? [CELL_TEXT] : [])],
    },
  },
  {
    name: `${folder}-libraries`,
    comment: `src/${folder} may use ${LIBRARIES[folder].join(", ")}.`,
    severity: "error",
    from: { path: `^src/${folder}/`, pathNot: KERNEL_GENERATOR },
    to: {
      path: "node_modules/",
      pathNot: `node_modules/(@types/)?(${anyOf(LIBRARIES[folder])})/`,
    },
  },
  ...(NODE.includes(folder)
    ? []
    : [
        {
          name: `${folder}-without-node`,
          comment: `src/${folder} runs where there is no Node.`,
          severity: "error",
          from: { path: `^src/${folder}/` },
          to: { dependencyTypes: ["core"] },
        },
      ]),
]);

module.exports = {
  forbidden: [
    ...tableRules,
    {
      name: "experiments-stand-alone",
      comment:
        "An experiment imports no other one: what they share lies in lab/activity, compute, tfjs, datasets, source.",
      severity: "error",
      from: { path: `^src/main/lab/(${EXPERIMENTS.join("|")})/` },
      to: { path: `^src/main/lab/(${EXPERIMENTS.join("|")})/`, pathNot: "^src/main/lab/$1/" },
    },
    {
      name: "views-stand-alone",
      comment: "A view imports no other one: what they share lies in ui, network, charts, format, store.",
      severity: "error",
      from: { path: `^src/renderer/(${VIEWS.join("|")})/` },
      to: { path: `^src/renderer/(${VIEWS.join("|")})/`, pathNot: "^src/renderer/$1/" },
    },
    {
      name: "charts-know-no-view",
      comment: "Charts draw series; a view makes them of its numbers.",
      severity: "error",
      from: { path: "^src/renderer/(charts|ui|format|theme|bridge)/" },
      to: { path: `^src/renderer/(${VIEWS.join("|")}|app)/` },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or a third one is missing.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "Nothing imports this file: delete it, or name it here when it is an entry point.",
      severity: "error",
      from: { orphan: true, pathNot: ["\\.d\\.ts$", KERNEL_GENERATOR] },
      to: {},
    },
    {
      name: "resolvable",
      comment: "The import leads nowhere.",
      severity: "error",
      from: {},
      // "virtual:kernels" is made by the build.
      to: { couldNotResolve: true, pathNot: "^virtual:" },
    },
    {
      name: "preload-takes-types-from-shared",
      comment: "The preload is loaded before the page: no schemas in it.",
      severity: "error",
      from: { path: "^src/preload/" },
      to: { path: "^src/shared/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "kernels-are-generated-at-build",
      comment: "The generator carries a compiler; the app carries what it made.",
      severity: "error",
      from: { path: "^src/", pathNot: RUNG_CODE },
      to: { path: KERNEL_GENERATOR },
    },
    {
      name: "no-development-libraries-in-main",
      comment: "Main and its workers are not bundled with their libraries: those must be dependencies.",
      severity: "error",
      from: { path: "^src/(main|workers|sandbox|shared|core)/", pathNot: KERNEL_GENERATOR },
      to: {
        dependencyTypes: ["npm-dev"],
        dependencyTypesNot: ["type-only"],
        pathNot: "node_modules/electron/",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".d.ts", ".js", ".mjs", ".cjs", ".css", ".json"],
    },
  },
};
