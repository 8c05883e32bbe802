import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { addPartials } from "./add-partials.ts";
import type { Kernel, KernelContext } from "./kernel.ts";

/** Elements between two heartbeats. */
const BLOCK = 65_536;
/** Rows between two heartbeats. */
const ROWS = 1_024;

const placeOf = (tensor: Tensor, context: KernelContext): number =>
  context.view(tensor, "float32").byteOffset;

/** Calls `visit(first byte, bytes)` for the elements asked for, in blocks with a heartbeat before each. */
function blocks(
  context: KernelContext,
  begin: number,
  end: number,
  visit: (at: number, bytes: number) => void,
): void {
  for (let from = begin; from < end; from += BLOCK) {
    context.control.beat();
    visit(4 * from, 4 * (Math.min(end, from + BLOCK) - from));
  }
}

export const momentum: Kernel<"momentum"> = (op, context) => {
  const [param, grad, velocity] = [op.param, op.grad, op.velocity].map((one) => placeOf(one, context));
  const rate = context.view(op.lr, "float32");
  const [ofGradient, ofVelocity] = op.nesterov ? [1, op.momentum] : [0, 1];
  return {
    run: (begin, end) => {
      const lr = rate[0]!;
      blocks(context, begin, end, (at, bytes) => {
        context.kernels.momentum(
          param! + at,
          grad! + at,
          velocity! + at,
          bytes,
          ...([lr, op.momentum, ofGradient, ofVelocity, op.weightDecay] as const),
        );
      });
    },
  };
};

export const adam: Kernel<"adam"> = (op, context) => {
  const { beta1, beta2, eps, weightDecay, decoupled } = op;
  const [param, grad, m, v] = [op.param, op.grad, op.m, op.v].map((one) => placeOf(one, context));
  const rate = context.view(op.lr, "float32");
  const counter = context.view(op.counter, "float64");
  return {
    run: (begin, end) => {
      const lr = rate[0]!;
      const t = counter[0]! + 1;
      const stepSize = lr / (1 - beta1 ** t);
      const scale = 1 / Math.sqrt(1 - beta2 ** t);
      const [decay, keep] = decoupled ? [0, 1 - lr * weightDecay] : [weightDecay, 1];
      blocks(context, begin, end, (at, bytes) => {
        context.kernels.adam(
          ...([param! + at, grad! + at, m! + at, v! + at, bytes, stepSize, scale] as const),
          ...([beta1, 1 - beta1, beta2, 1 - beta2, eps, decay, keep] as const),
        );
      });
    },
  };
};

export const rmsProp: Kernel<"rmsProp"> = (op, context) => {
  const { alpha, eps, weightDecay } = op;
  const [param, grad, v] = [op.param, op.grad, op.v].map((one) => placeOf(one, context));
  const rate = context.view(op.lr, "float32");
  return {
    run: (begin, end) => {
      const lr = rate[0]!;
      blocks(context, begin, end, (at, bytes) => {
        context.kernels.rmsProp(
          ...([param! + at, grad! + at, v! + at, bytes, lr, alpha, 1 - alpha, eps, weightDecay] as const),
        );
      });
    },
  };
};

export const lookUp: Kernel<"lookUp"> = ({ values, counter, out }, context) => {
  const table = context.view(values, "float32");
  const at = context.view(counter, "float64");
  const target = context.view(out, "float32");
  return {
    run: () => {
      target[0] = table[at[0]! % table.length]!;
    },
  };
};

export const advance: Kernel<"advance"> = ({ counter }, context) => {
  const value = context.view(counter, "float64");
  return {
    run: () => {
      value[0] = value[0]! + 1;
    },
  };
};

/** Σ x² of this worker's elements, in float64. */
export const squaredNorm: Kernel<"squaredNorm"> = ({ x, out, accumulate }, context) => {
  if (context.step.phase === "reduce") {
    const target = context.view(out, "float64");
    const { run } = addPartials(out, context, { scale: 1 });
    return {
      run: (begin, end) => {
        const before = accumulate ? target[0]! : 0;
        run(begin, end);
        target[0] = target[0]! + before;
      },
    };
  }
  const source = placeOf(x, context);
  const sum = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      sum[0] = 0;
    },
    run: (begin, end) => {
      blocks(context, begin, end, (at, bytes) => {
        sum[0] = sum[0]! + context.kernels.squares(source + at, bytes / 4);
      });
    },
  };
};

export const squaredDistance: Kernel<"squaredDistance"> = ({ a, b, out }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const [left, right] = [placeOf(a, context), placeOf(b, context)];
  const sum = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      sum[0] = 0;
    },
    run: (begin, end) => {
      blocks(context, begin, end, (at, bytes) => {
        sum[0] = sum[0]! + context.kernels.squaredDifferences(left + at, right + at, bytes / 4);
      });
    },
  };
};

export const rootRatio: Kernel<"rootRatio"> = ({ numerator, denominator, out }, context) => {
  const above = context.view(numerator, "float64");
  const below = denominator === null ? null : context.view(denominator, "float64");
  const target = context.view(out, "float32");
  return {
    run: () => {
      target[0] = Math.sqrt(above[0]! / (below?.[0] ?? 1));
    },
  };
};

/** Over units of a layer, not rows: one worker takes it. */
export const zeroShare: Kernel<"zeroShare"> = ({ x, out }, context) => {
  const values = context.view(x, "float64");
  const target = context.view(out, "float32");
  return {
    run: () => {
      let zeros = 0;
      for (const value of values) if (value === 0) zeros++;
      target[0] = zeros / values.length;
    },
  };
};

export const clip: Kernel<"clip"> = ({ x, squaredNorm: norm, maxNorm }, context) => {
  const values = placeOf(x, context);
  const squared = context.view(norm, "float64");
  return {
    run: (begin, end) => {
      const factor = Math.min(1, maxNorm / (Math.sqrt(squared[0]!) + 1e-6));
      // Most gradients are small enough.
      if (factor === 1) return;
      blocks(context, begin, end, (at, bytes) => {
        context.kernels.scale(values + at, values + at, bytes, factor);
      });
    },
  };
};

export const accuracy: Kernel<"accuracy"> = ({ logits, target, out }, context) => {
  const [rows = 1, classes = 1] = logits.shape;
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 / rows });
  const x = placeOf(logits, context);
  const labels = placeOf(target, context);
  const right = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      right[0] = 0;
    },
    run: (begin, end) => {
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const count = Math.min(ROWS, end - row);
        const found = context.kernels.countHits(count, classes, x + 4 * row * classes, labels + 4 * row);
        right[0] = right[0]! + found;
      }
    },
  };
};
