import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BuiltInActivation } from "../../../src/core/ops/activation.ts";
import type { DType, OpName } from "../../../src/core/ops/op.ts";
import {
  BYTES_PER_ELEMENT,
  numelOf,
  RecordingOps,
  type Tensor,
} from "../../../src/core/ops/recording-ops.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../src/core/ops/reference-tensor.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { viewAt, viewOf, type Views } from "../../../src/shared/engine/tensor-view.ts";
import { GENERIC_CASES } from "./generic-cases.ts";
import { wave, type KernelCase, type Operand } from "./kernel-case.ts";
import { LOSS_CASES } from "./loss-cases.ts";
import { THOROUGH } from "../../thorough.ts";
import { startEngine } from "./start-engine.ts";

/** A deterministic, sign-changing, non-periodic fill; some exact zeros for relu's edge. */
const bytes = (index: number): number => (index * 37) % 256;

/** With a NaN and both infinities among the numbers. */
const withSpecialValues = (index: number): number =>
  [NaN, Infinity, -Infinity][(index % 29) - 20] ?? wave(index);

const ACTIVATIONS: readonly BuiltInActivation[] = [
  { kind: "leakyRelu", slope: 0.01 },
  { kind: "tanh" },
  { kind: "sigmoid" },
  { kind: "gelu" },
  { kind: "softplus" },
];

/** From far in one tail to far in the other, small values too. */
const wide = (index: number): number => wave(index) * [1, 1e-4, 10, 50][index % 4];

const activated = (
  op: "activate" | "activateBackward",
  shape: readonly number[],
  activation: BuiltInActivation,
): KernelCase => {
  const title = `${op} ${activation.kind} (${shape.join(", ")})`;
  const x = { shape, fill: wide };
  return op === "activate"
    ? {
        title,
        operands: { x, out: { shape } },
        op: (t) => ({ op, x: t.x, out: t.out, activation }),
        result: "out",
        atol: 1e-6,
      }
    : {
        title,
        operands: { x, dy: { shape, fill: (i) => wave(i + 5) }, dx: { shape } },
        op: (t) => ({ op, x: t.x, dy: t.dy, dx: t.dx, activation }),
        result: "dx",
        atol: 1e-6,
      };
};

/** Operands of an optimiser's step at its fourth step, for some lengths. */
const updates = (title: string, states: readonly string[], op: KernelCase["op"]): KernelCase[] =>
  [1, 7, 39_200, 100_003].map((length) => ({
    title: `${title} ${length}`,
    operands: {
      param: { shape: [length], fill: wave },
      grad: { shape: [length], fill: (i) => wave(i + 3) },
      ...Object.fromEntries(
        states.map((name) => [name, { shape: [length], fill: (i: number) => Math.abs(wave(i + 9)) }]),
      ),
      lr: { shape: [1], fill: () => 0.1 },
      counter: { shape: [1], dtype: "float64", fill: () => 3 },
    },
    op,
    result: "param",
  }));

const unary = (
  op: "relu" | "reluBackward" | "statistics" | "columnSum" | "histogram",
  rows: number,
  columns: number,
): KernelCase => {
  const x: Operand = { shape: [rows, columns], fill: wave };
  const out: Operand = { shape: [rows, columns] };
  const title = `${op} (${rows}, ${columns})`;
  const make = (operands: KernelCase["operands"], result: string, build: KernelCase["op"]): KernelCase => ({
    title,
    operands,
    result,
    op: build,
  });
  switch (op) {
    case "relu":
      return make({ x, out }, "out", (t) => ({ op, x: t.x, out: t.out, shift: 0.5 }));
    case "reluBackward":
      return make({ x, dy: { ...x, fill: (i) => wave(i + 5) }, dx: out }, "dx", (t) => ({
        op,
        x: t.x,
        dy: t.dy,
        dx: t.dx,
      }));
    case "statistics":
      return make({ x, out: { shape: [7], dtype: "float64" } }, "out", (t) => ({ op, x: t.x, out: t.out }));
    case "columnSum":
      return make({ x, out: { shape: [columns] } }, "out", (t) => ({ op, x: t.x, out: t.out }));
    case "histogram":
      return make({ x, out: { shape: [13], dtype: "float64" } }, "out", (t) => ({
        op,
        x: t.x,
        out: t.out,
        lo: -1,
        hi: 1.5,
      }));
  }
};

const matmulCase = (
  m: number,
  k: number,
  n: number,
  flags: { transposeA: boolean; transposeB: boolean; accumulate: boolean },
): KernelCase => ({
  title: `matmul ${m}×${k}×${n} ${JSON.stringify(flags)}`,
  operands: {
    a: { shape: flags.transposeA ? [k, m] : [m, k], fill: wave },
    b: { shape: flags.transposeB ? [n, k] : [k, n], fill: (i) => wave(i + 3) },
    out: { shape: [m, n], fill: (i) => wave(i + 7) },
  },
  op: (t) => ({ op: "matmul", a: t.a, b: t.b, out: t.out, ...flags }),
  result: "out",
});

const SIZES: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 7, 1],
  [3, 17, 50],
  [5, 784, 10],
  [40, 1031, 18],
  [17, 3, 8],
  [50, 65, 9],
  [64, 50, 784],
  [131, 241, 33],
  [1000, 50, 1],
  [1, 784, 50],
  [2, 5, 3],
  [6, 31, 16],
  [7, 257, 47],
  [13, 1, 64],
  [97, 113, 127],
  [128, 300, 256],
  [260, 513, 144],
  [199, 1021, 131],
  [1031, 66, 17],
  // Large enough to be worth three workers.
  [1201, 241, 33],
  [33, 5_003, 17],
];
const FLAGS = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) =>
    [false, true].map((accumulate) => ({ transposeA, transposeB, accumulate })),
  ),
);
const ROWS: readonly (readonly [number, number])[] = [
  [1, 1],
  [3, 5],
  [1027, 50],
  [4099, 33],
  // 250,000 elements: three workers take 60,000 of the quickest loop, see WORTH_A_WORKER_NS.
  [5_003, 50],
];

/** Both halves of cross entropy; the fills reach logits where exp overflows unless the row's largest is taken off. */
function crossEntropyCases(): Record<"crossEntropy" | "crossEntropyBackward", readonly KernelCase[]> {
  const shapes = [1, 2, 3, 10, 17].flatMap((classes) => [1, 64, 20_011].map((rows) => ({ rows, classes })));
  const operands = (rows: number, classes: number, scale: number): KernelCase["operands"] => ({
    logits: { shape: [rows, classes], fill: (i) => scale * wave(i) },
    target: { shape: [rows], fill: (i) => (i * 7) % classes },
  });
  const each = (build: (rows: number, classes: number, scale: number) => KernelCase): KernelCase[] =>
    shapes.flatMap(({ rows, classes }) => [1, 5_000].map((scale) => build(rows, classes, scale)));
  const smoothingOf = (scale: number): number => (scale === 1 ? 0.1 : 0);
  return {
    crossEntropy: each((rows, classes, scale) => ({
      title: `crossEntropy (${rows}, ${classes}), logits up to ${2 * scale}`,
      operands: { ...operands(rows, classes, scale), loss: { shape: [1] } },
      op: (t) => ({
        op: "crossEntropy",
        logits: t.logits,
        target: t.target,
        loss: t.loss,
        smoothing: smoothingOf(scale),
      }),
      result: "loss",
    })),
    crossEntropyBackward: each((rows, classes, scale) => ({
      title: `crossEntropyBackward (${rows}, ${classes}), logits up to ${2 * scale}`,
      operands: { ...operands(rows, classes, scale), dlogits: { shape: [rows, classes] } },
      op: (t) => ({
        op: "crossEntropyBackward",
        logits: t.logits,
        target: t.target,
        dlogits: t.dlogits,
        smoothing: smoothingOf(scale),
      }),
      result: "dlogits",
    })),
  };
}

type Checked = Exclude<OpName, "record" | "mark">;

const CASES: Readonly<Record<Checked, readonly KernelCase[]>> = {
  ...GENERIC_CASES,
  matmul: SIZES.flatMap(([m, k, n]) => FLAGS.map((flags) => matmulCase(m, k, n, flags))),
  linear: SIZES.flatMap(([m, k, n]) =>
    [false, true].flatMap((transposeW) =>
      [
        { result: "out", activates: false },
        { result: "activated", activates: true },
        { result: "moments", activates: false },
        { result: "moments", activates: true },
      ].map(({ result, activates }): KernelCase => ({
        title: `linear ${m}×${k}×${n}${transposeW ? " wᵀ" : ""}${activates ? " relu" : ""}, ${result}`,
        operands: {
          x: { shape: [m, k], fill: wave },
          w: { shape: transposeW ? [n, k] : [k, n], fill: (i) => wave(i + 3) },
          bias: { shape: [n], fill: (i) => wave(i + 7) },
          out: { shape: [m, n] },
          activated: { shape: [m, n] },
          moments: { shape: [2, n], dtype: "float64" },
        },
        op: (t) => ({
          op: "linear",
          x: t.x,
          w: t.w,
          bias: t.bias,
          out: t.out,
          transposeW,
          relu: activates ? { out: t.activated, shift: 0.5 } : null,
          moments: result === "moments" ? t.moments : null,
        }),
        result,
        // Rounding of a product of depth k, summed over m rows.
        ...(result === "moments" ? { atol: 1e-4 + 1e-7 * k * m } : {}),
      })),
    ),
  ),
  addBias: ROWS.map(([rows, columns]) => ({
    title: `addBias (${rows}, ${columns})`,
    operands: {
      x: { shape: [rows, columns], fill: wave },
      bias: { shape: [columns], fill: wave },
      out: { shape: [rows, columns] },
    },
    op: (t) => ({ op: "addBias", x: t.x, bias: t.bias, out: t.out }),
    result: "out",
  })),
  relu: ROWS.map(([rows, columns]) => unary("relu", rows, columns)),
  reluBackward: ROWS.map(([rows, columns]) => unary("reluBackward", rows, columns)),
  statistics: ROWS.filter(([rows]) => rows > 1).map(([rows, columns]) => unary("statistics", rows, columns)),
  columnSum: ROWS.map(([rows, columns]) => unary("columnSum", rows, columns)),
  columnMoments: ROWS.flatMap(([rows, columns]) =>
    // Far from 0, where E[x²] − E[x]² would leave nothing.
    [0, 1_000, 100_000].map((mean) => ({
      title: `columnMoments (${rows}, ${columns}) around ${mean}`,
      operands: {
        x: { shape: [rows, columns], fill: (i) => mean + wave(i) },
        out: { shape: [2, columns], dtype: "float64" },
      },
      op: (t) => ({ op: "columnMoments", x: t.x, out: t.out }),
      result: "out",
      atol: 1e-9,
    })),
  ),
  histogram: ROWS.map(([rows, columns]) => unary("histogram", rows, columns)),
  activate: ROWS.flatMap((size) => ACTIVATIONS.map((activation) => activated("activate", size, activation))),
  activateBackward: ROWS.flatMap((size) =>
    ACTIVATIONS.map((activation) => activated("activateBackward", size, activation)),
  ),
  scale: ROWS.map(([rows, columns]) => ({
    title: `scale (${rows}, ${columns})`,
    operands: { x: { shape: [rows, columns], fill: wave }, out: { shape: [rows, columns] } },
    op: (t) => ({ op: "scale", x: t.x, out: t.out, factor: -1.01 }),
    result: "out",
  })),
  add: ROWS.map(([rows, columns]) => ({
    title: `add (${rows}, ${columns})`,
    operands: {
      a: { shape: [rows, columns], fill: wave },
      b: { shape: [rows, columns], fill: (i) => wave(i + 3) },
      out: { shape: [rows, columns] },
    },
    op: (t) => ({ op: "add", a: t.a, b: t.b, out: t.out }),
    result: "out",
  })),
  dropout: ROWS.flatMap(([rows, columns]) =>
    [0, 0.3].map((rate) => ({
      title: `dropout (${rows}, ${columns}), rate ${rate}`,
      operands: {
        x: { shape: [rows, columns], fill: wave },
        counter: { shape: [1], dtype: "float64", fill: () => 12_345 },
        out: { shape: [rows, columns] },
      },
      op: (t) => ({ op: "dropout", x: t.x, out: t.out, rate, seed: 0xdeadbeef, counter: t.counter }),
      result: "out",
    })),
  ),
  scaleColumns: ROWS.map(([rows, columns]) => ({
    title: `scaleColumns (${rows}, ${columns})`,
    operands: {
      x: { shape: [rows, columns], fill: wave },
      gain: { shape: [columns], fill: (i) => wave(i + 3) },
      out: { shape: [rows, columns] },
    },
    op: (t) => ({ op: "scaleColumns", x: t.x, gain: t.gain, out: t.out }),
    result: "out",
  })),
  columnProducts: ROWS.map(([rows, columns]) => ({
    title: `columnProducts (${rows}, ${columns})`,
    operands: {
      a: { shape: [rows, columns], fill: wave },
      b: { shape: [rows, columns], fill: (i) => wave(i + 3) },
      out: { shape: [columns] },
    },
    op: (t) => ({ op: "columnProducts", a: t.a, b: t.b, out: t.out }),
    result: "out",
  })),
  meanVariance: [1, 50].map((columns) => ({
    title: `meanVariance of ${columns}`,
    operands: {
      moments: { shape: [2, columns], dtype: "float64", fill: (i) => (i < columns ? wave(i) * 9 : 400 + i) },
      out: { shape: [2, columns] },
    },
    op: (t) => ({ op: "meanVariance", moments: t.moments, out: t.out, rows: 64 }),
    result: "out",
  })),
  track: [1, 64].map((rows) => ({
    title: `track of ${rows} rows`,
    operands: {
      running: { shape: [2, 50], fill: wave },
      batch: { shape: [2, 50], fill: (i) => Math.abs(wave(i + 3)) },
    },
    op: (t) => ({ op: "track", running: t.running, batch: t.batch, momentum: 0.1, rows }),
    result: "running",
  })),
  normalizeColumns: ROWS.map(([rows, columns]) => ({
    title: `normalizeColumns (${rows}, ${columns})`,
    operands: {
      x: { shape: [rows, columns], fill: wave },
      given: { shape: [2, columns], fill: (i) => Math.abs(wave(i)) },
      out: { shape: [rows, columns] },
    },
    op: (t) => ({ op: "normalizeColumns", x: t.x, meanVariance: t.given, out: t.out, eps: 1e-2 }),
    result: "out",
  })),
  normalizeColumnsBackward: ROWS.map(([rows, columns]) => ({
    title: `normalizeColumnsBackward (${rows}, ${columns})`,
    operands: {
      normalized: { shape: [rows, columns], fill: wave },
      dy: { shape: [rows, columns], fill: (i) => wave(i + 3) },
      gain: { shape: [columns], fill: wave },
      dgain: { shape: [columns], fill: (i) => wave(i + 5) },
      dshift: { shape: [columns], fill: (i) => wave(i + 7) },
      given: { shape: [2, columns], fill: (i) => Math.abs(wave(i)) },
      dx: { shape: [rows, columns] },
    },
    op: (t) => ({
      op: "normalizeColumnsBackward",
      normalized: t.normalized,
      dy: t.dy,
      gain: t.gain,
      dgain: t.dgain,
      dshift: t.dshift,
      meanVariance: t.given,
      dx: t.dx,
      eps: 1e-2,
    }),
    result: "dx",
  })),
  normalizeRows: ROWS.map(([rows, columns]) => ({
    title: `normalizeRows (${rows}, ${columns})`,
    operands: { x: { shape: [rows, columns], fill: wave }, out: { shape: [rows, columns] } },
    op: (t) => ({ op: "normalizeRows", x: t.x, out: t.out, eps: 1e-5 }),
    result: "out",
  })),
  normalizeRowsBackward: ROWS.map(([rows, columns]) => ({
    title: `normalizeRowsBackward (${rows}, ${columns})`,
    operands: {
      x: { shape: [rows, columns], fill: wave },
      dy: { shape: [rows, columns], fill: (i) => wave(i + 3) },
      dx: { shape: [rows, columns] },
    },
    op: (t) => ({ op: "normalizeRowsBackward", x: t.x, dy: t.dy, dx: t.dx, eps: 1e-5 }),
    result: "dx",
  })),
  shiftImages: [0, 2].flatMap((most) =>
    [
      { rows: 1, width: 3, pixels: 9 },
      { rows: 517, width: 28, pixels: 784 },
      { rows: 131, width: 5, pixels: 20 },
    ].map(({ rows, width, pixels }) => ({
      title: `shiftImages of ${rows}, ${pixels} pixels, by ${most}`,
      operands: {
        x: { shape: [rows, pixels], fill: wave },
        counter: { shape: [1], dtype: "float64", fill: () => 7 },
        out: { shape: [rows, pixels] },
      },
      op: (t) => ({
        op: "shiftImages",
        x: t.x,
        out: t.out,
        width,
        most,
        fill: -0.4,
        seed: 5,
        counter: t.counter,
      }),
      result: "out",
    })),
  ),
  squaredDistance: [1, 7, 39_200, 100_003].map((length) => ({
    title: `squaredDistance of ${length}`,
    operands: {
      a: { shape: [length], fill: wave },
      b: { shape: [length], fill: (i) => wave(i + 3) },
      out: { shape: [1], dtype: "float64" },
    },
    op: (t) => ({ op: "squaredDistance", a: t.a, b: t.b, out: t.out }),
    result: "out",
  })),
  rootRatio: [
    {
      title: "rootRatio",
      operands: {
        numerator: { shape: [1], dtype: "float64", fill: () => 2 },
        denominator: { shape: [1], dtype: "float64", fill: () => 32 },
        out: { shape: [1] },
      },
      op: (t) => ({ op: "rootRatio", numerator: t.numerator, denominator: t.denominator, out: t.out }),
      result: "out",
    },
  ],
  zeroShare: [
    {
      title: "zeroShare",
      operands: {
        x: { shape: [50], dtype: "float64", fill: (i) => (i % 5) * 3 },
        out: { shape: [1] },
      },
      op: (t) => ({ op: "zeroShare", x: t.x, out: t.out }),
      result: "out",
    },
  ],
  tally: ROWS.map(([rows, columns]) => ({
    title: `tally (${rows}, ${columns})`,
    operands: {
      x: { shape: [rows, columns], fill: withSpecialValues },
      out: { shape: [4], dtype: "float64" },
    },
    op: (t) => ({ op: "tally", x: t.x, out: t.out, lo: -0.5, hi: 0.75 }),
    result: "out",
  })),
  activeRows: ROWS.map(([rows, columns]) => ({
    title: `activeRows (${rows}, ${columns})`,
    operands: {
      x: { shape: [rows, columns], fill: withSpecialValues },
      out: { shape: [columns], dtype: "float64" },
    },
    op: (t) => ({ op: "activeRows", x: t.x, out: t.out }),
    result: "out",
  })),
  outerProductSum: [
    [131, 1],
    [131, 4],
    [4_001, 64],
  ].map(([rows, chunkRows]) => ({
    title: `outerProductSum of ${rows} rows in chunks of ${chunkRows}`,
    operands: {
      x: { shape: [rows, 17], fill: wave },
      dy: { shape: [rows, 50], fill: (i) => wave(i + 2) },
      out: { shape: [17, 50] },
    },
    op: (t) => ({ op: "outerProductSum", x: t.x, dy: t.dy, out: t.out, chunkRows }),
    result: "out",
  })),
  oneHot: ROWS.map(([rows, columns]) => ({
    title: `oneHot (${rows}, ${columns})`,
    operands: { target: { shape: [rows], fill: (i) => (i * 7) % columns }, out: { shape: [rows, columns] } },
    op: (t) => ({ op: "oneHot", target: t.target, out: t.out }),
    result: "out",
  })),
  mse: [{ shape: [1, 1] }, { shape: [131, 1] }, { shape: [100_003, 1] }, { shape: [3_001, 10] }].map(
    ({ shape }) => ({
      title: `mse ${shape.join(", ")}`,
      operands: {
        pred: { shape, fill: wave },
        target: { shape: shape[1] === 1 ? [shape[0]] : shape, fill: (i) => i % 10 },
        loss: { shape: [1] },
      },
      op: (t) => ({ op: "mse", pred: t.pred, target: t.target, loss: t.loss }),
      result: "loss",
    }),
  ),
  mseBackward: [{ shape: [1, 1] }, { shape: [131, 1] }, { shape: [100_003, 1] }, { shape: [3_001, 10] }].map(
    ({ shape }) => ({
      title: `mseBackward ${shape.join(", ")}`,
      operands: {
        pred: { shape, fill: wave },
        target: { shape: shape[1] === 1 ? [shape[0]] : shape, fill: (i) => i % 10 },
        dpred: { shape },
      },
      op: (t) => ({ op: "mseBackward", pred: t.pred, target: t.target, dpred: t.dpred }),
      result: "dpred",
    }),
  ),
  ...crossEntropyCases(),
  ...LOSS_CASES,
  gatherBytes: [
    ...ROWS.map(([rows, columns]): KernelCase => ({
      title: `gatherBytes (${rows}, ${columns}) in order`,
      operands: {
        bytes: { shape: [rows, columns], dtype: "uint8", fill: bytes },
        values: { shape: [256], fill: wave },
        out: { shape: [rows, columns] },
      },
      op: (t) => ({
        op: "gatherBytes",
        bytes: t.bytes,
        values: t.values,
        indices: null,
        out: t.out,
        affine: null,
      }),
      result: "out",
    })),
    {
      title: "gatherBytes, computed",
      operands: {
        bytes: { shape: [67, 783], dtype: "uint8", fill: bytes },
        values: { shape: [256], fill: (i) => 3 * i - 100 },
        out: { shape: [67, 783] },
      },
      op: (t) => ({
        op: "gatherBytes",
        bytes: t.bytes,
        values: t.values,
        indices: null,
        out: t.out,
        affine: { scale: 2, offset: -90, scaleRest: 1, offsetRest: -10 },
      }),
      result: "out",
    },
    ...[64, 1_031].map((rows): KernelCase => ({
      title: `gatherBytes ${rows}`,
      operands: {
        bytes: { shape: [131, 783], dtype: "uint8", fill: bytes },
        values: { shape: [256], fill: wave },
        indices: { shape: [rows], dtype: "int32", fill: (i) => (i * 29) % 131 },
        out: { shape: [rows, 783] },
      },
      op: (t) => ({
        op: "gatherBytes",
        bytes: t.bytes,
        values: t.values,
        indices: t.indices,
        out: t.out,
        affine: null,
      }),
      result: "out",
    })),
  ],
  gatherRows: [64, 1_031].map((rows) => ({
    title: `gatherRows ${rows}`,
    operands: {
      x: { shape: [131, 784], fill: wave },
      indices: { shape: [rows], dtype: "int32", fill: (i) => (i * 29) % 131 },
      out: { shape: [rows, 784] },
    },
    op: (t) => ({ op: "gatherRows", x: t.x, indices: t.indices, out: t.out }),
    result: "out",
  })),
  momentum: [false, true].flatMap((nesterov) =>
    updates(`momentum${nesterov ? ", Nesterov" : ""}`, ["velocity"], (t) => ({
      op: "momentum",
      param: t.param,
      grad: t.grad,
      velocity: t.velocity,
      lr: t.lr,
      momentum: 0.9,
      nesterov,
      weightDecay: 0.01,
    })),
  ),
  adam: [false, true].flatMap((decoupled) =>
    updates(`adam${decoupled ? ", decoupled" : ""}`, ["m", "v"], (t) => ({
      op: "adam",
      param: t.param,
      grad: t.grad,
      m: t.m,
      v: t.v,
      lr: t.lr,
      counter: t.counter,
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      weightDecay: 0.01,
      decoupled,
    })),
  ),
  rmsProp: updates("rmsProp", ["v"], (t) => ({
    op: "rmsProp",
    param: t.param,
    grad: t.grad,
    v: t.v,
    lr: t.lr,
    alpha: 0.99,
    eps: 1e-8,
    weightDecay: 0.01,
  })),
  adagrad: updates("adagrad", ["sum"], (t) => ({
    op: "adagrad",
    param: t.param,
    grad: t.grad,
    sum: t.sum,
    lr: t.lr,
    counter: t.counter,
    lrDecay: 0.05,
    initial: 0.1,
    eps: 1e-10,
    weightDecay: 0.01,
  })),
  lookUp: [0, 3, 9].map((counter) => ({
    title: `lookUp at ${counter} of 5`,
    operands: {
      values: { shape: [5], fill: (i) => i + 1 },
      counter: { shape: [1], dtype: "float64", fill: () => counter },
      out: { shape: [1] },
    },
    op: (t) => ({ op: "lookUp", values: t.values, counter: t.counter, out: t.out }),
    result: "out",
  })),
  advance: [
    {
      title: "advance",
      operands: { counter: { shape: [1], dtype: "float64", fill: () => 41 } },
      op: (t) => ({ op: "advance", counter: t.counter }),
      result: "counter",
    },
  ],
  squaredNorm: [1, 7, 39_200, 100_003].flatMap((length) =>
    [false, true].map((accumulate) => ({
      title: `squaredNorm of ${length}${accumulate ? ", accumulated" : ""}`,
      operands: {
        x: { shape: [length], fill: wave },
        out: { shape: [1], dtype: "float64", fill: () => 5 },
      },
      op: (t) => ({ op: "squaredNorm", x: t.x, out: t.out, accumulate }),
      result: "out",
    })),
  ),
  clip: [0.5, 1e6].map((maxNorm) => ({
    title: `clip at ${maxNorm}`,
    operands: {
      x: { shape: [39_203], fill: wave },
      norm: { shape: [1], dtype: "float64", fill: () => 81 },
    },
    op: (t) => ({ op: "clip", x: t.x, squaredNorm: t.norm, maxNorm }),
    result: "x",
  })),
  accuracy: ROWS.map(([rows, columns]) => ({
    title: `accuracy (${rows}, ${columns})`,
    operands: {
      logits: { shape: [rows, columns], fill: wave },
      target: { shape: [rows], fill: (i) => i % columns },
      out: { shape: [1] },
    },
    op: (t) => ({ op: "accuracy", logits: t.logits, target: t.target, out: t.out }),
    result: "out",
  })),
  sgd: [1, 39_200, 100_003].map((length) => ({
    title: `sgd ${length}`,
    operands: {
      param: { shape: [length], fill: wave },
      grad: { shape: [length], fill: (i) => wave(i + 1) },
      lr: { shape: [1], fill: () => 0.125 },
    },
    op: (t) => ({ op: "sgd", param: t.param, grad: t.grad, lr: t.lr }),
    result: "param",
  })),
};

/** What an operand holds before the op runs. */
function valuesOf({ shape, dtype = "float32", fill }: Operand): Views[DType] {
  const length = numelOf(shape);
  const values = viewAt({ buffer: new ArrayBuffer(length * BYTES_PER_ELEMENT[dtype]) }, dtype, 0, length);
  // What an op does not write must not look right by accident.
  if (fill === undefined) values.fill(dtype === "int32" || dtype === "uint8" ? 0 : NaN);
  else for (let i = 0; i < length; i++) values[i] = fill(i);
  return values;
}

/** What float64 gives for a case, rounded to the result's type. */
function expectedOf(
  { operands, op, result }: KernelCase,
  given: Readonly<Record<string, Views[DType]>>,
): Views[DType] {
  const reference = new ReferenceOps();
  const theirs: Record<string, ReferenceTensor> = {};
  for (const [name, { shape, dtype = "float32", fill }] of Object.entries(operands)) {
    theirs[name] = reference.tensor(name, shape, dtype);
    if (fill !== undefined) theirs[name].data.set(given[name]);
  }
  reference.run(op(theirs));
  const { data } = theirs[result];
  return given[result] instanceof Float32Array ? Float32Array.from(data) : data;
}

/** What an engine leaves in the case's result, in memory of its own. */
async function computedOn(
  engine: Engine,
  threads: number,
  { operands, op, result }: KernelCase,
  given: Readonly<Record<string, Views[DType]>>,
): Promise<Views[DType]> {
  const scope = engine.arena.scope();
  try {
    const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
    const ours: Record<string, Tensor> = {};
    for (const [name, { shape, dtype = "float32" }] of Object.entries(operands)) {
      ours[name] = ops.tensor(name, shape, dtype);
      viewOf(engine.arena.memory, ours[name], dtype).set(given[name]);
    }
    ops.run(op(ours));
    await engine.run([{ program: ops.program(), repeats: 1 }], { threads });
    return viewOf(engine.arena.memory, ours[result], ours[result].dtype).slice();
  } finally {
    scope.release();
  }
}

/** Ops with no more cases than this are checked in both halves. */
const FEW_CASES = 3;
/** Ops with more than this, which are the products, take most of the time: each half has a quarter of them. */
const MANY_CASES = 100;

/**
 * Each op's cases by turns, so that both of two files have every op, and with `THOROUGH` all of them. The turns change
 * at every eighth case: eight are one shape of a product, in every way.
 */
const partOf = (half: 0 | 1, cases: readonly KernelCase[]): readonly KernelCase[] =>
  THOROUGH || cases.length <= FEW_CASES
    ? cases
    : cases.filter(
        (_, index) => (index + Math.floor(index / 8)) % (cases.length > MANY_CASES ? 4 : 2) === half,
      );

/**
 * Every kernel against the float64 reference on awkward shapes, on real engines of one to three workers.
 *
 * @param half Which of all cases: the file with V8's flags has those that the one without them has not.
 */
export function checkKernels(half: 0 | 1, start = startEngine): void {
  const THREADS = [1, 2, 3] as const;
  describe(`every kernel on ${THREADS.join(", ")} threads`, () => {
    const engines = new Map<number, Engine>();
    beforeAll(async () => {
      for (const threads of THREADS) engines.set(threads, await start(threads));
    });
    afterAll(async () => {
      for (const engine of engines.values()) await engine.close();
    });

    it.each(Object.values(CASES).flatMap((cases) => partOf(half, cases)))(
      "$title equals the float64 reference",
      async (one) => {
        const { atol = 1e-4 } = one;
        const given = Object.fromEntries(
          Object.entries(one.operands).map(([name, operand]) => [name, valuesOf(operand)]),
        );
        const expected = expectedOf(one, given);
        for (const [threads, engine] of engines) {
          const values = await computedOn(engine, threads, one, given);
          for (let i = 0; i < values.length; i++) {
            const tolerance = atol + 1e-4 * Math.abs(expected[i]);
            if (!Object.is(values[i], expected[i]) && !(Math.abs(values[i] - expected[i]) <= tolerance)) {
              expect.fail(`${threads} threads, element ${i}: ${values[i]} instead of ${expected[i]}`);
            }
          }
          expect(engine.arena.usedBytes).toBe(0);
        }
      },
    );
  });
}
