import type {
  BinaryFunction,
  GenericOp,
  MapStep,
  StridedView,
  UnaryFunction,
} from "../../../core/ops/generic-op.ts";
import { operandsOf } from "../../../core/ops/generic-op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { collapse, denseStrides } from "../../../core/ops/strides.ts";
import { EXPRESSION_BLOCK, expressionSlots, SLOT_BYTES } from "../../../shared/engine/expression-scratch.ts";
import { BINARY_KERNELS, UNARY_KERNELS } from "./expression-functions.ts";
import type { KernelContext } from "./kernel.ts";
import { compileStridedCopy } from "./strided-copy.ts";

/** What a function takes: a block of numbers at `at`, or one number that stands for all of them. */
interface Block {
  readonly kind: "block";
  at: number;
}
interface Scalar {
  readonly kind: "scalar";
  value: number;
}
type Operand = Block | Scalar;

/** An expression over blocks of its iteration space. */
export interface Expression {
  /** Blocks should begin at multiples of this where they can: what repeats is then brought together once. */
  readonly alignment: number;
  /** Elements of a block at most: more where nothing is computed and nothing need stay in the cache. */
  readonly blockElements: number;
  /** Before the first run of each repeat. */
  readonly prepare: () => void;
  /** At the beginning of each run: the inputs may have changed. */
  readonly begin: () => void;
  /**
   * Computes elements [from, to), at most a block of them. Without `target` they stay where that is least work.
   *
   * @returns First byte of the results.
   */
  readonly evaluate: (from: number, to: number, target: number | null) => number;
}

/** How one input comes into blocks. */
interface Input {
  readonly operand: Operand;
  /** Blocks are the tensor's own elements. */
  readonly isOwnTensor: boolean;
  readonly alignment: number;
  readonly begin: () => void;
  readonly read: (from: number, to: number) => void;
}

/** Elements of a block that is read where it lies. */
const DIRECT_BLOCK = 16_384;

const nothing = (): void => undefined;

function compileInput(
  { tensor, offset, strides }: StridedView<Tensor>,
  shape: readonly number[],
  slot: number,
  context: KernelContext,
): Input {
  const values = context.view(tensor, "float32");
  const base = values.byteOffset + 4 * offset;
  const dimensions = collapse(shape, [strides]);
  const [outermost] = dimensions;
  const inner = dimensions.at(-1);
  if (inner?.strides[0] === 0 && dimensions.length === 1) {
    const operand: Scalar = { kind: "scalar", value: 0 };
    const begin = (): void => {
      operand.value = values[offset]!;
    };
    return { operand, isOwnTensor: false, alignment: 1, begin, read: nothing };
  }
  if (inner === undefined || (dimensions.length === 1 && inner.strides[0] === 1)) {
    const operand: Block = { kind: "block", at: base };
    const read = (from: number): void => {
      operand.at = base + 4 * from;
    };
    return { operand, isOwnTensor: true, alignment: 1, begin: nothing, read };
  }
  const copy = compileStridedCopy(context.kernels, shape, strides, denseStrides(shape));
  // Where all repeats, a block that begins like the last one holds the same.
  const repeats = outermost?.strides[0] === 0;
  const period = dimensions.slice(1).reduce((product, { size }) => product * size, 1);
  const operand: Block = { kind: "block", at: slot };
  let held = 0;
  return {
    operand,
    isOwnTensor: false,
    alignment: repeats && period <= EXPRESSION_BLOCK ? period : inner.size,
    begin: () => {
      held = 0;
    },
    read: (from, to) => {
      const aligned = repeats && from % period === 0;
      if (aligned && to - from <= held) return;
      copy(from, to, base, slot - 4 * from);
      held = aligned ? to - from : 0;
    },
  };
}

/** Compiles the steps of a map, or of a reduction's map in front, for one worker. */
export function compileExpression(
  { shape, inputs, steps }: Pick<GenericOp<Tensor, "map">, "shape" | "inputs" | "steps">,
  context: KernelContext,
): Expression {
  const { kernels } = context;
  const slots = expressionSlots(steps, inputs.length);
  const slotAt = (index: number): number => context.scratchOffsetBytes + index * SLOT_BYTES;
  const compiled = inputs.map((view, index) =>
    compileInput(view, shape, slotAt(slots.stack + index), context),
  );

  const calls: ((bytes: number) => void)[] = [];
  const constants: (() => void)[] = [];
  const repeated: (() => void)[] = [];
  const stack: Operand[] = [];
  let numbers = 0;

  /** A block of one number, for what takes no number: a constant's is filled once, an input's at every run. */
  const blockOf = (operand: Operand): Block => {
    if (operand.kind === "block") return operand;
    const at = slotAt(slots.stack + slots.inputs + numbers++);
    const block = context.viewAt("float32", at, EXPRESSION_BLOCK);
    const isInput = compiled.some((input) => input.operand === operand);
    (isInput ? repeated : constants).push(() => {
      block.fill(operand.value);
    });
    return { kind: "block", at };
  };
  const pop = (): Operand => stack.pop()!;

  const applyUnary = (fn: UnaryFunction, result: Block): void => {
    const kernel = kernels[UNARY_KERNELS[fn]];
    const x = blockOf(pop());
    calls.push((bytes) => {
      kernel(x.at, result.at, bytes, 0);
    });
  };
  const applyBinary = (fn: BinaryFunction, result: Block): void => {
    const y = pop();
    const x = pop();
    const names = BINARY_KERNELS[fn];
    if (y.kind === "scalar") {
      const block = blockOf(x);
      const isSquare = fn === "pow" && y.value === 2 && !compiled.some((input) => input.operand === y);
      const kernel = kernels[isSquare ? "square" : names.scalar];
      const sign = fn === "sub" ? -1 : 1;
      calls.push((bytes) => {
        kernel(block.at, result.at, bytes, sign * y.value);
      });
    } else if (x.kind === "scalar") {
      const kernel = kernels[names.reversed];
      calls.push((bytes) => {
        kernel(y.at, result.at, bytes, x.value);
      });
    } else {
      const kernel = kernels[names.each];
      calls.push((bytes) => {
        kernel(x.at, y.at, result.at, bytes);
      });
    }
  };
  const applyWhere = (result: Block): void => {
    const no = blockOf(pop());
    const yes = blockOf(pop());
    const condition = blockOf(pop());
    calls.push((bytes) => {
      kernels.where(condition.at, yes.at, no.at, result.at, bytes);
    });
  };

  const apply = (fn: Extract<MapStep, { fn: unknown }>["fn"]): void => {
    const result: Block = { kind: "block", at: slotAt(stack.length - operandsOf(fn)) };
    if (fn === "where") applyWhere(result);
    else if (fn in UNARY_KERNELS) applyUnary(fn as UnaryFunction, result);
    else applyBinary(fn as BinaryFunction, result);
    stack.push(result);
  };
  for (const step of steps) {
    if ("input" in step) stack.push(compiled[step.input]!.operand);
    else if ("value" in step) stack.push({ kind: "scalar", value: Math.fround(step.value) });
    else apply(step.fn);
  }
  const computed = calls.length > 0;
  const last = blockOf(pop());
  const own = last.at;
  // What is read where it lies, with nothing brought together beside it.
  const isDirect =
    !computed &&
    compiled.some(({ operand }) => operand === last) &&
    compiled.every(({ operand, isOwnTensor }) => isOwnTensor || operand.kind === "scalar");

  return {
    alignment: Math.max(
      1,
      ...compiled.map(({ alignment }) => alignment).filter((n) => n <= EXPRESSION_BLOCK),
    ),
    blockElements: isDirect ? DIRECT_BLOCK : EXPRESSION_BLOCK,
    prepare: () => {
      for (const fill of constants) fill();
    },
    begin: () => {
      for (const input of compiled) input.begin();
      for (const fill of repeated) fill();
    },
    evaluate: (from, to, target) => {
      for (const input of compiled) input.read(from, to);
      const bytes = 4 * (to - from);
      if (computed) {
        last.at = target ?? own;
        for (const call of calls) call(bytes);
        return last.at;
      }
      if (target === null) return last.at;
      kernels.copyRows(1, bytes, last.at, 0, target, 0);
      return target;
    },
  };
}

/**
 * Where the block that begins at `at` ends: whole multiples of the alignment if these fit into a block, else at the
 * next multiple or after a block, counted from the last one, so that it depends on no split.
 */
export function blockEnd(
  at: number,
  to: number,
  alignment: number,
  { blockElements }: Pick<Expression, "blockElements">,
): number {
  const within = at % alignment;
  const length =
    alignment <= blockElements
      ? Math.floor(blockElements / alignment) * alignment - within
      : Math.min(alignment - within, blockElements - (within % blockElements));
  return Math.min(to, at + length);
}
