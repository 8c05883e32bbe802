import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";
import { transform } from "sucrase";
import type { Plugin } from "vite";
import { WASM_SETS } from "./src/shared/engine/instruction-sets.ts";
import { IPC_CALLS, IPC_EVENTS } from "./src/shared/ipc/ipc-contract.ts";
import { assembleKernels, kernelText } from "./src/workers/kernels/generate/generate.ts";

// The oldest runtime that must work is Electron 33 (Node 20.18, Chrome 130); electron-vite would otherwise take its
// targets from the installed electron package and emit syntax that 33 cannot parse.
const NODE_TARGET = "node20.18";
const CHROME_TARGET = "chrome130";

/** What the page reads and compiles when it starts is there sooner; functions keep their names, for the stacks in the log. */
const SMALLER = {
  compress: true,
  mangle: { toplevel: false, keepNames: true },
  codegen: { removeWhitespace: true },
} as const;

/** Loaded from one file a process instead of some three hundred, which would take half of the start of a command. */
const BUNDLED_PACKAGES = [
  // Its gradients exist as modules for bundlers only; the rest is required as it is, see tfjs-worker.ts.
  "@tensorflow/tfjs-core",
  "acorn",
  "acorn-walk",
  "commander",
  "csv-parse",
  "csv-stringify",
  "eslint-scope",
  "hyparquet",
  "hyparquet-compressors",
  "hyparquet-writer",
  "jpeg-js",
  "micromark",
  "micromark-extension-math",
  "pngjs",
  "pure-rand",
  "sucrase",
  "valibot",
  "yauzl",
];

/** A module whose text is made while the app is built. */
function virtualModule(name: string, text: () => string): Plugin {
  const id = `\0${name}`;
  return {
    name,
    resolveId: (source) => (source === name ? id : undefined),
    load: (requested) => (requested === id ? text() : undefined),
  };
}

/** Every instruction set's kernels in base64, and one hash of them all. */
const wasmKernels = virtualModule("virtual:kernels", () => {
  const hash = createHash("sha256");
  const base64BySet = WASM_SETS.map((set) => {
    const bytes = assembleKernels(kernelText(set));
    hash.update(set).update(bytes);
    return [set, Buffer.from(bytes).toString("base64")] as const;
  });
  return [
    `export const HASH = ${JSON.stringify(hash.digest("hex").slice(0, 32))};`,
    `export default ${JSON.stringify(Object.fromEntries(base64BySet))};`,
  ].join("\n");
});

const PRELUDE_DIR = resolve("src/sandbox/prelude");

/** The tensor language's files without their types, by the names under which they import each other. */
const prelude = virtualModule("virtual:prelude", () => {
  const files = readdirSync(PRELUDE_DIR).filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));
  const stripped = files.map((name) => {
    const source = readFileSync(resolve(PRELUDE_DIR, name), "utf8");
    return [
      `./${name}`,
      transform(source, { transforms: ["typescript"], disableESTransforms: true }).code,
    ] as const;
  });
  return `export default ${JSON.stringify(Object.fromEntries(stripped))};`;
});

/** What the contract offers, by name: a sandboxed preload has no use for its schemas. */
const ipcNames = virtualModule("virtual:ipc-names", () =>
  Object.entries({ CALL_NAMES: IPC_CALLS, EVENT_NAMES: IPC_EVENTS })
    .map(([name, table]) => `export const ${name} = ${JSON.stringify(Object.keys(table))};`)
    .join("\n"),
);

const PACKAGES_DIR = resolve("out/packages");
const PACKAGE_OF = /^.*?\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//;

/** Writes down which packages went into a bundle: an installed app names them and brings their licences. */
const bundledPackages = (of: string): Plugin => ({
  name: "bundled-packages",
  buildStart: () => {
    // Electron's main process is built first.
    if (of === "main") rmSync(PACKAGES_DIR, { recursive: true, force: true });
  },
  generateBundle: (_options, bundle) => {
    const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
    const files = chunks.flatMap(({ moduleIds }) => moduleIds.map((id) => id.replaceAll("\\", "/")));
    const places = files.flatMap((file) => PACKAGE_OF.exec(file)?.[1] ?? []);
    const entry = chunks.find(({ isEntry }) => isEntry)?.name ?? "chunks";
    mkdirSync(PACKAGES_DIR, { recursive: true });
    writeFileSync(resolve(PACKAGES_DIR, `${of}-${entry}.json`), JSON.stringify([...new Set(places)].sort()));
  },
});

/** KaTeX offers each font in three formats; every Chromium takes the first, which is a third of the bytes. */
const onlyWoff2: Plugin = {
  name: "only-woff2",
  enforce: "pre",
  transform: (code, id) =>
    id.includes("/katex/") && id.endsWith(".css")
      ? code.replaceAll(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, "")
      : undefined,
};

const TYPESCRIPT_LIB_DIR = resolve("node_modules/typescript/lib");

/** A lib file of TypeScript and all that it refers to. */
function libraryTexts(name: string, known: Record<string, string> = {}): Record<string, string> {
  const file = `lib.${name}.d.ts`;
  if (file in known) return known;
  const text = readFileSync(resolve(TYPESCRIPT_LIB_DIR, file), "utf8");
  known[file] = text;
  for (const [, inner = ""] of text.matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>/gm))
    libraryTexts(inner, known);
  return known;
}

/** What the editor's language service knows of: the language, without a page or Node, and tensors. */
const typescriptLibraries = (): Plugin =>
  virtualModule("virtual:typescript-libraries", () => {
    const texts = {
      LIBRARIES: libraryTexts("es2023"),
      PRELUDE: readFileSync(resolve("src/sandbox/prelude/tensors.d.ts"), "utf8"),
      CHECK_WORDS: readFileSync(resolve("src/sandbox/prelude/check-words.d.ts"), "utf8"),
    };
    return Object.entries(texts)
      .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`)
      .join("\n");
  });

export default defineConfig({
  main: {
    plugins: [wasmKernels, prelude, bundledPackages("main")],
    build: {
      target: NODE_TARGET,
      outDir: "out/main",
      externalizeDeps: { exclude: BUNDLED_PACKAGES },
      sourcemap: true,
      rollupOptions: {
        input: {
          entry: resolve("src/main/entry.ts"),
          lab: resolve("src/main/cli/lab.ts"),
          bench: resolve("src/main/bench/bench.ts"),
          "make-store": resolve("src/main/bench/make-store.ts"),
          worker: resolve("src/workers/worker.ts"),
          "compile-kernels": resolve("src/workers/compile-kernels.ts"),
          sandbox: resolve("src/sandbox/sandbox-thread.ts"),
          "sql-process": resolve("src/main/store/sql/sql-process.ts"),
          "store-thread": resolve("src/main/store/thread/store-thread.ts"),
          tfjs: resolve("src/main/lab/tfjs/tfjs-worker.ts"),
        },
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
      },
    },
  },
  preload: {
    plugins: [ipcNames, bundledPackages("preload")],
    build: {
      target: NODE_TARGET,
      outDir: "out/preload",
      // A sandboxed preload has no module loader: one CommonJS file with everything in it.
      externalizeDeps: false,
      rollupOptions: {
        input: { index: resolve("src/preload/index.ts") },
        output: { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false },
      },
    },
  },
  renderer: {
    root: resolve("src/renderer"),
    plugins: [react(), onlyWoff2, bundledPackages("page")],
    worker: {
      format: "es",
      plugins: () => [typescriptLibraries(), bundledPackages("page-worker")],
      rollupOptions: { output: { minify: SMALLER } },
    },
    build: {
      target: CHROME_TARGET,
      outDir: resolve("out/renderer"),
      // Fonts and images inlined as data: URLs would be refused by the page's content security policy.
      assetsInlineLimit: 0,
      rollupOptions: {
        input: { index: resolve("src/renderer/index.html") },
        output: {
          minify: SMALLER,
          // Main answers each file, which costs it and the page some milliseconds: left alone, the first frame took 42.
          codeSplitting: {
            groups: [
              { name: "page", tags: ["$initial"], priority: 1 },
              { name: "shared", minShareCount: 2, includeDependenciesRecursively: false },
            ],
          },
        },
      },
    },
  },
});
