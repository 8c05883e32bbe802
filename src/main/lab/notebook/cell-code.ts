import tape from "../../../core/autograd/tape.ts?raw";
import gradientCheck from "../../../core/gradient-check.ts?raw";
import broadcast from "../../../core/matmul-rungs/broadcast.ts?raw";
import cacheOrder from "../../../core/matmul-rungs/cache-order.ts?raw";
import einsum from "../../../core/matmul-rungs/einsum.ts?raw";
import elementwise from "../../../core/matmul-rungs/elementwise.ts?raw";
import tripleLoop from "../../../core/matmul-rungs/triple-loop.ts?raw";
import functions from "../../../core/notebook/stage-1-functions.ts?raw";
import classes from "../../../core/notebook/stage-2-layer-classes.ts?raw";
import modules from "../../../core/notebook/stage-3-module.ts?raw";
import autograd from "../../../core/notebook/stage-4-autograd.ts?raw";
import { regionOf, withoutImports } from "../source/source-code.ts";
import dataCells from "./cells/data-cells.ts?raw";
import initCells from "./cells/init-cells.ts?raw";

/** A region of a source, or the whole of it without its imports. */
type Region = readonly [source: string, region: string];

const regions = (source: string, ...cells: readonly number[]): readonly Region[] =>
  cells.map((cell) => [source, `cell ${cell}`]);

const CHECK: readonly Region[] = [[gradientCheck, "cell 35"]];
const FIRST_LAYER: readonly Region[] = [...regions(functions, 9, 17), [initCells, "first layer"]];

/** What each cell shows: regions of the very source that runs, taken from the files at build time. */
const SOURCES: Readonly<Record<string, readonly Region[]>> = {
  "1": [tripleLoop, elementwise, broadcast, einsum, cacheOrder].map((source): Region => [source, "whole"]),
  "3": regions(dataCells, 3),
  "5": regions(dataCells, 5),
  "7": regions(dataCells, 7),
  "8": regions(initCells, 8),
  "12": FIRST_LAYER,
  "13": regions(initCells, 13),
  "15": [[initCells, "first layer"]],
  "16": regions(initCells, 16),
  "18": regions(functions, 17),
  "20": regions(functions, 19),
  "22": regions(functions, 19),
  "23": regions(functions, 21),
  "25": regions(functions, 24),
  "29": regions(functions, 26, 27, 28, 29),
  "36": CHECK,
  "42": regions(classes, 37, 38, 39, 40, 41, 42),
  "43": regions(classes, 43),
  "44": CHECK,
  "63": regions(modules, 54, 55, 56, 57, 58, 62, 63),
  "64": regions(modules, 64),
  "65": CHECK,
  "84": regions(autograd, 76, 81, 83, 84),
  "86": regions(tape, 86),
};

/** The code a cell shows. */
export const codeOf = (cell: string): string =>
  (SOURCES[cell] ?? [])
    .map(([source, region]) => (region === "whole" ? withoutImports(source) : regionOf(source, region)))
    .join("\n\n");
