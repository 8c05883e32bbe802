import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readNpy } from "../../../src/main/data/read-npy.ts";
import { withParameters, withWeights } from "../../../src/main/lab/live/seed-notebook.ts";
import { readWeights } from "../../../src/main/cli/read-weights.ts";
import { runDocument } from "../../../src/main/lab/live/run-document.ts";
import type { DocumentCell, LabDocument } from "../../../src/shared/documents/lab-document.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import type { CellResult } from "../../../src/shared/live/cell-result.ts";
import { THOROUGH } from "../../thorough.ts";
import { GOLDEN_FOLDER } from "../lab/open-test-lab.ts";
import { startKernel, textsOf } from "./start-kernel.ts";

const NOTEBOOK = "resources/notebooks/backprop.lab.ts";
const PARAMETERS = ["w1", "b1", "w2", "b2"] as const;
/** After which cell the gradients of a stage are there. */
const STAGES = { c30: "functions", c44: "layer classes", c65: "Module" } as const;
/** They prove nothing about gradients and take long. */
const LEFT_OUT = new Set(["c1", "c36b", "c44b", "c65b", "c84", "c86"]);

interface Golden {
  readonly train_mean: number;
  readonly train_std: number;
  readonly normalized: Readonly<Record<"train_mean" | "train_std" | "valid_mean" | "valid_std", number>>;
  readonly notebook: Readonly<Record<string, number>> & {
    readonly valid_first_layer_plain_relu: { readonly mean: number; readonly std: number };
    readonly valid_first_layer_relu_minus_half: { readonly mean: number; readonly std: number };
  };
}
const golden = JSON.parse(readFileSync(join(GOLDEN_FOLDER, "golden.json"), "utf8")) as Golden;
const relative = (ours: number, theirs: number): number => Math.abs(ours - theirs) / Math.abs(theirs);

/** How far the element that differs most is, in units of atol + rtol |b|. */
function farthest(ours: readonly number[], theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  return ours.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - theirs[i]) / (1e-5 + 1e-3 * Math.abs(theirs[i]))),
    0,
  );
}

const cell = (id: string, source: string): DocumentCell => ({
  kind: "code",
  id,
  marker: "code",
  attributes: {},
  source,
  metadata: null,
});

/** Nine digits hold every float32. */
const printed = (tensor: string): string =>
  `print(Array.from(${tensor}.toArray(), (value) => value.toPrecision(9)).join(" "));`;

function probes(after: string): DocumentCell[] {
  const gradients = PARAMETERS.map((name) => cell(`${after}-${name}`, printed(`${name}.g!`)));
  const x = [
    printed("x_train.g!.slice(0, 32)"),
    "const g = x_train.g!;",
    "show({ norm: g.square().sum().sqrt(), maxAbs: g.abs().max() });",
  ];
  return [...gradients, cell(`${after}-x`, x.join("\n"))];
}

/** The seed's notebook with PyTorch's weights, as `lab notebook --weights` runs it, and cells that print gradients. */
async function goldenDocument(): Promise<LabDocument> {
  const { document } = readLabDocument(NOTEBOOK, readFileSync(NOTEBOOK, "utf8"));
  const given = withWeights(withParameters(document, { SAMPLES: 1 }), await readWeights(GOLDEN_FOLDER));
  const cells = given.cells.flatMap((one) => {
    if (LEFT_OUT.has(one.id)) return [];
    return one.id in STAGES ? [one, ...probes(one.id)] : [one];
  });
  return { ...given, cells };
}

/** The document up to the gradients of its first stage. */
function firstStage(document: LabDocument): LabDocument {
  const [first] = Object.keys(STAGES);
  const last = document.cells.findIndex(({ id }) => id === `${first}-x`);
  return { ...document, cells: document.cells.slice(0, last + 1) };
}

/** One thread alone is a case of what several do. */
const THREADS = THOROUGH ? [1, 2] : [2];

describe.each(THREADS)("the seed's document with PyTorch's weights, all rows, %i threads", (threads) => {
  let runs: Map<string, CellResult>[];
  beforeAll(async () => {
    const document = await goldenDocument();
    const live = await startKernel({ rows: 50_000, threads });
    runs = [];
    // More than one thread could add up in another order each time.
    const again = THOROUGH ? document : firstStage(document);
    for (const one of threads > 1 ? [document, again] : [document]) {
      await live.kernel.restart();
      const { cells, left } = await runDocument(live.kernel, one, {
        wanted: null,
        stopped: () => false,
        listener: {},
      });
      expect(cells.flatMap(({ result }) => (result.error === null ? [] : [result.error]))).toEqual([]);
      expect(left).toEqual([]);
      runs.push(new Map(cells.map(({ result }) => [result.id, result])));
    }
    await live.close();
  }, 900_000);

  const shown = (id: string, name: string): number => {
    const values = runs[0].get(id)!.outputs.flatMap((one) => (one.kind === "show" ? one.values : []));
    return values.find((value) => value.name === name)!.value as number;
  };
  const numbers = (id: string): number[] => textsOf(runs[0].get(id)!)[0].split(" ").map(Number);

  it("has PyTorch's data statistics, first layer and loss", () => {
    expect(Math.abs(shown("c5", "trainMean") - golden.train_mean)).toBeLessThan(1e-6);
    expect(Math.abs(shown("c5", "trainStd") - golden.train_std)).toBeLessThan(1e-6);
    const { train_mean, train_std, valid_mean, valid_std } = golden.normalized;
    expect(Math.abs(shown("c7", "trainMean") - train_mean)).toBeLessThan(1e-6);
    expect(Math.abs(shown("c7", "trainStd") - train_std)).toBeLessThan(1e-6);
    expect(Math.abs(shown("c7", "validMean") - valid_mean)).toBeLessThan(1e-6);
    expect(Math.abs(shown("c7", "validStd") - valid_std)).toBeLessThan(1e-6);
    const { valid_first_layer_plain_relu: plain, valid_first_layer_relu_minus_half: shifted } =
      golden.notebook;
    expect(relative(shown("c16", "mean"), plain.mean)).toBeLessThan(1e-5);
    expect(relative(shown("c16", "std"), plain.std)).toBeLessThan(1e-5);
    expect(relative(shown("c18", "mean"), shifted.mean)).toBeLessThan(1e-5);
    expect(relative(shown("c23", "loss"), golden.notebook["loss"])).toBeLessThan(1e-5);
  });

  it.each(Object.entries(STAGES))("after cell %s has PyTorch's gradients of the %s", async (id) => {
    for (const name of PARAMETERS) {
      const ours = numbers(`${id}-${name}`);
      const { data } = await readNpy(join(GOLDEN_FOLDER, `notebook_${name}_grad.npy`));
      expect(farthest(ours, data), name).toBeLessThan(1);
      expect(relative(Math.hypot(...ours), golden.notebook[`${name}_grad_norm`]), name).toBeLessThan(1e-4);
    }
    const { data } = await readNpy(join(GOLDEN_FOLDER, "notebook_x_grad_first32.npy"));
    expect(farthest(numbers(`${id}-x`), data)).toBeLessThan(1);
    expect(relative(shown(`${id}-x`, "norm"), golden.notebook["xg_norm"])).toBeLessThan(1e-4);
    expect(relative(shown(`${id}-x`, "maxAbs"), golden.notebook["xg_absmax"])).toBeLessThan(1e-4);
  });

  it.runIf(threads > 1)("gives the same numbers again, bit by bit", () => {
    const [first, second] = runs;
    const timeless = ({ outputs }: CellResult): unknown =>
      outputs.filter(
        (one) =>
          one.kind !== "show" || one.values.every(({ unit, name }) => unit === "" && name !== "speedup"),
      );
    for (const [id, result] of second) expect(timeless(result), id).toEqual(timeless(first.get(id)!));
    expect(second.has("c30-x")).toBe(true);
  });
});
