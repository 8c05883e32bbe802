import { numelOf } from "../../ops/recording-ops.ts";
import { denseStrides } from "../../ops/strides.ts";
import type { MapFunction, ReduceKind } from "../../ops/generic-op.ts";
import type { TensorNode } from "../tensor-node.ts";
import { crossEntropiesAmong, type CrossEntropy } from "./cross-entropy.ts";
import { evaluationOrder, type EvaluationOrder } from "./evaluation-order.ts";
import {
  apply,
  broadcast,
  constant,
  functionsOf,
  load,
  plainView,
  withViews,
  type Expression,
} from "./expression.ts";
import { biasedProduct, isHidden, outerProduct, reluOf, type Surroundings } from "./fusions.ts";
import type { BufferTensor, Lowered, LowerRequest } from "./lowered.ts";
import { writePicking } from "./picking.ts";
import { asView, ProgramWriter } from "./program-writer.ts";
import {
  broadcastView,
  denseView,
  matrixOf,
  permuted,
  regionOf,
  reshapedView,
  sliced,
  type Strided,
} from "./strided.ts";

/** Rows of outer products that are formed at a time. */
const OUTER_PRODUCT_ROWS = 64;

/**
 * Turns recorded nodes into a program of ops: element by element chains become maps, also in front of a reduction;
 * product + bias (and max(·, 0) − shift) becomes `linear`; sums of outer products go in chunks of rows; views and
 * transposes in products cost nothing; a mean of log-sum-exp minus a picked element is one `crossEntropy`. Only what is asked for is computed.
 *
 * @throws {TensorSizeError} If an op would go over more elements than it can.
 */
export function lower(request: LowerRequest): Lowered {
  return new Lowering(request).run();
}

class Lowering {
  readonly #writer: ProgramWriter;
  readonly #graph: EvaluationOrder;
  readonly #wanted: ReadonlySet<TensorNode>;
  readonly #crossEntropies: ReadonlyMap<TensorNode, CrossEntropy>;
  readonly #around: Surroundings;
  /** What is known of a node's values: how they are read, or made from what lies in buffers. */
  readonly #values = new Map<TensorNode, Expression>();
  /** Products that wait for their bias. */
  readonly #products = new Set<TensorNode>();
  /** Outputs that another node's op writes as well. */
  readonly #claimed = new Map<TensorNode, BufferTensor>();

  constructor({ wanted, settled, kept, nextBuffer }: LowerRequest) {
    this.#writer = new ProgramWriter(nextBuffer);
    const roots = [...wanted, ...settled];
    this.#wanted = new Set(wanted);
    const asked = new Set(roots);
    const around = ({ readers }: EvaluationOrder): Surroundings => ({
      readersOf: (node) => readers.get(node) ?? [],
      held: (node) => asked.has(node) || kept(node),
    });
    const plain = evaluationOrder(roots);
    this.#crossEntropies = crossEntropiesAmong(plain.order, around(plain));
    this.#graph =
      this.#crossEntropies.size === 0
        ? plain
        : evaluationOrder(
            roots,
            new Map([...this.#crossEntropies].map(([node, { logits, picked }]) => [node, [logits, picked]])),
          );
    this.#around = around(this.#graph);
  }

  run(): Lowered {
    for (const node of this.#graph.order) {
      this.#process(node);
      if (this.#wanted.has(node)) this.#store(node, this.#dense(node));
      else if (this.#around.held(node)) this.#settle(node);
      else if (this.#around.readersOf(node).length > 1 && this.#isComputed(node)) this.#materialise(node);
    }
    return this.#writer.finish();
  }

  #store(node: TensorNode, view: Strided): void {
    if (node.storage === null) this.#writer.store(node, view);
  }

  /** Sees to it that a node that others hold need not be computed again. */
  #settle(node: TensorNode): void {
    if (this.#isComputed(node)) this.#materialise(node);
    const view = plainView(this.#expressionOf(node));
    if (view === null) return;
    if (regionOf(view, node.shape) !== null) this.#store(node, view);
    else this.#store(view.owner, denseView(view.tensor, view.owner));
  }

  /** Whether reading the node means computing something. */
  #isComputed(node: TensorNode): boolean {
    return this.#products.has(node) || functionsOf(this.#valueOf(node)) > 0;
  }

  #valueOf(node: TensorNode): Expression {
    const value = this.#values.get(node);
    if (value === undefined) throw new TypeError(`lower: ${node.label} is read before it is processed`);
    return value;
  }

  #expressionOf(node: TensorNode): Expression {
    if (this.#products.has(node)) this.#multiply(node);
    return this.#valueOf(node);
  }

  /** A node's values as they lie, in a buffer in any case. */
  #view(node: TensorNode): Strided {
    return plainView(this.#expressionOf(node)) ?? this.#materialise(node);
  }

  /** A node's values side by side. */
  #dense(node: TensorNode): Strided {
    const view = this.#view(node);
    if (regionOf(view, node.shape) !== null) return view;
    const out = this.#writer.allocate(node);
    const target = asView(denseView(out, node));
    this.#writer.run({ op: "copy", shape: node.shape, x: asView(view), out: target }, node);
    return this.#lies(node, out);
  }

  #materialise(node: TensorNode): Strided {
    if (this.#products.has(node)) return this.#multiply(node);
    const { inputs, steps } = this.#valueOf(node);
    const out = this.#writer.allocate(node);
    this.#writer.run({ op: "map", shape: node.shape, inputs: inputs.map(asView), steps, out }, node);
    return this.#lies(node, out);
  }

  #lies(node: TensorNode, tensor: BufferTensor): Strided {
    const view = denseView(tensor, node);
    this.#values.set(node, load(view));
    return view;
  }
  #process(node: TensorNode): void {
    const { op, inputs, storage } = node;
    if (storage !== null) {
      const shape = node.shape.length === 0 ? [1] : node.shape;
      this.#lies(node, { name: node.name ?? node.label, shape, dtype: "float32", ...storage });
      return;
    }
    const claimed = this.#claimed.get(node);
    const expansion = this.#graph.expansions.get(node);
    const crossEntropy = this.#crossEntropies.get(node);
    if (claimed !== undefined) this.#lies(node, claimed);
    else if (crossEntropy !== undefined) this.#crossEntropy(node, crossEntropy);
    else if (expansion !== undefined) this.#seeThrough(node, expansion, (view) => view);
    else if (op.kind === "full") this.#values.set(node, constant(op.value));
    else if (op.kind === "data") this.#lies(node, this.#writer.upload(op.values, node));
    else if (op.kind === "stored") throw new TypeError(`lower: stored node ${node.id} has no storage`);
    else if (op.kind === "unary" || op.kind === "binary") this.#combine(node, op.fn);
    else if (op.kind === "where") this.#combine(node, "where");
    else if (op.kind === "reduce") this.#reduce(node, op);
    else if (op.kind === "matmul") this.#product(node);
    else if (op.kind === "reshape") {
      const [x] = inputs;
      this.#seeThrough(node, x, (view) => reshapedView(view, x.shape, node.shape));
    } else if (op.kind === "detach") this.#seeThrough(node, inputs[0], (view) => view);
    else if (op.kind === "permute") this.#seeThrough(node, inputs[0], (view) => permuted(view, op.axes));
    else if (op.kind === "slice") this.#seeThrough(node, inputs[0], (view) => sliced(view, op.axis, op.from));
    else if (op.kind === "expand") {
      const [x] = inputs;
      // Repeating what is computed would compute it as often.
      if (numelOf(x.shape) < numelOf(node.shape) && this.#isComputed(x)) this.#materialise(x);
      this.#seeThrough(node, x, (view) => broadcastView(view, x.shape, node.shape));
    } else if (op.kind === "cat" || op.kind === "pad" || op.kind === "eye") this.#assemble(node);
    else if (op.kind === "draw") {
      const out = this.#writer.allocate(node);
      this.#writer.run({ op: "draw", distribution: op.distribution, ...op.key, out }, node);
      this.#lies(node, out);
    } else
      this.#lies(
        node,
        writePicking(this.#writer, node, (input) => this.#view(input)),
      );
  }

  /** A node that reads another in its own way: nothing is copied where strides can say so. */
  #seeThrough(node: TensorNode, x: TensorNode, change: (view: Strided) => Strided | null): void {
    const value = withViews(this.#expressionOf(x), change) ?? withViews(load(this.#dense(x)), change);
    if (value === null) throw new TypeError(`lower: dense ${x.label} cannot be read as ${node.label}`);
    const view = plainView(value);
    const region = view === null ? null : regionOf(view, node.shape);
    if (region === null) this.#values.set(node, value);
    else this.#lies(node, region);
  }

  #combine(node: TensorNode, fn: MapFunction): void {
    const biased = fn === "add" ? biasedProduct(node, (one) => this.#products.has(one)) : null;
    if (biased !== null) {
      this.#linear(node, biased);
      return;
    }
    const operand = (x: TensorNode): Expression => {
      const smaller = numelOf(x.shape) < numelOf(node.shape);
      if (this.#products.has(x) || (smaller && this.#isComputed(x))) this.#materialise(x);
      return broadcast(this.#valueOf(x), x.shape, node.shape);
    };
    let value = apply(fn, node.inputs.map(operand));
    while (value === null) {
      // Too long for one map: what is longest so far becomes a tensor.
      const [longest] = node.inputs.toSorted(
        (a, b) => functionsOf(this.#valueOf(b)) - functionsOf(this.#valueOf(a)),
      );
      this.#materialise(longest);
      value = apply(fn, node.inputs.map(operand));
    }
    this.#values.set(node, value);
  }

  #reduce(node: TensorNode, op: Extract<TensorNode["op"], { kind: "reduce" }>): void {
    const outer = outerProduct(node, this.#around);
    const [x] = node.inputs;
    const count = op.axes.reduce((product, axis) => product * x.shape[axis], 1);
    if (outer !== null) {
      this.#outerProductSum(node, outer);
      if (op.fn !== "mean") return;
      const mean = apply("mul", [this.#valueOf(node), constant(1 / count)]);
      if (mean !== null) this.#values.set(node, mean);
      return;
    }
    const { inputs, steps } = this.#expressionOf(x);
    // What no op reduces by itself has been expanded.
    const kind = (op.fn === "mean" ? "sum" : op.fn) as ReduceKind;
    const scale = op.fn === "mean" ? 1 / (count - op.correction) : 1;
    const out = this.#writer.allocate(node);
    this.#writer.run(
      { op: "reduce", kind, shape: x.shape, inputs: inputs.map(asView), steps, axes: op.axes, scale, out },
      node,
    );
    this.#lies(node, out);
  }

  #outerProductSum(node: TensorNode, { x, dy }: { readonly x: TensorNode; readonly dy: TensorNode }): void {
    const [rows, ins] = x.shape;
    const outs = dy.shape[2];
    const out = this.#writer.allocate(node);
    this.#writer.run(
      {
        op: "outerProductSum",
        x: this.#matrix(x, [rows, ins]),
        dy: this.#matrix(dy, [rows, outs]),
        out: { ...out, shape: [ins, outs] },
        chunkRows: OUTER_PRODUCT_ROWS,
      },
      node,
    );
    this.#lies(node, out);
  }

  #crossEntropy(node: TensorNode, { logits, target }: CrossEntropy): void {
    const [rows, classes] = logits.shape;
    const [x, classNumbers] = [this.#matrix(logits, [rows, classes]), this.#matrix(target, [rows])];
    const loss = this.#writer.allocate(node);
    this.#writer.run(
      { op: "crossEntropy", logits: x, target: classNumbers, loss: { ...loss, shape: [1] }, smoothing: 0 },
      node,
    );
    this.#lies(node, loss);
  }

  /** A node's dense values as a tensor of another shape with as many elements. */
  #matrix(node: TensorNode, shape: readonly number[]): BufferTensor {
    const { tensor, offset } = this.#dense(node);
    return { ...tensor, offset: tensor.offset + offset, shape };
  }

  /** A product that only a sum reads may become part of it. */
  #product(node: TensorNode): void {
    const [reader] = this.#around.readersOf(node);
    const waits = isHidden(this.#around, node) && reader.op.kind === "binary" && reader.op.fn === "add";
    if (waits) this.#products.add(node);
    else this.#multiply(node);
  }

  #operand(node: TensorNode): { readonly tensor: BufferTensor; readonly transposed: boolean } {
    const matrix = matrixOf(this.#view(node), node.shape) ?? matrixOf(this.#dense(node), node.shape);
    if (matrix === null) throw new TypeError(`lower: dense ${node.label} is no matrix`);
    return matrix;
  }

  #multiply(node: TensorNode): Strided {
    this.#products.delete(node);
    const [a, b] = node.inputs.map((input) => this.#operand(input));
    const out = this.#writer.allocate(node);
    this.#writer.run(
      {
        op: "matmul",
        a: a.tensor,
        b: b.tensor,
        out,
        transposeA: a.transposed,
        transposeB: b.transposed,
        accumulate: false,
      },
      node,
    );
    return this.#lies(node, out);
  }

  #linear(
    node: TensorNode,
    { product, bias }: { readonly product: TensorNode; readonly bias: TensorNode },
  ): void {
    const [x, w] = product.inputs.map((input) => this.#operand(input));
    const row = this.#matrix(bias, [node.shape[1]]);
    if (x.transposed) {
      // Only matmul reads its left side transposed.
      this.#multiply(product);
      this.#combine(node, "add");
      return;
    }
    this.#products.delete(product);
    const out = this.#writer.allocate(node);
    const relu = reluOf(node, this.#around);
    const activated = relu === null ? null : this.#writer.allocate(relu.target);
    if (relu !== null && activated !== null) this.#claimed.set(relu.target, activated);
    this.#writer.run(
      {
        op: "linear",
        x: x.tensor,
        w: w.tensor,
        bias: row,
        out,
        transposeW: w.transposed,
        relu: relu === null || activated === null ? null : { out: activated, shift: relu.shift },
        moments: null,
      },
      node,
    );
    this.#lies(node, out);
  }

  /** Tensors that are written part by part. */
  #assemble(node: TensorNode): void {
    const { op, inputs, shape } = node;
    const out = this.#writer.allocate(node);
    const strides = denseStrides(shape);
    const fill = (value: number): void =>
      this.#writer.run({ op: "map", shape, inputs: [], steps: [{ value }], out }, node);
    if (op.kind === "eye") {
      fill(0);
      const one = { tensor: this.#writer.one(), offset: 0, strides: [0] };
      const diagonal = { tensor: out, offset: 0, strides: [shape[1] + 1] };
      this.#writer.run({ op: "copy", shape: [shape[0]], x: one, out: diagonal }, node);
    }
    if (op.kind === "pad") {
      fill(op.value);
      const offset = op.before.reduce((sum, count, axis) => sum + count * strides[axis], 0);
      const x = asView(this.#view(inputs[0]));
      this.#writer.run(
        { op: "copy", shape: inputs[0].shape, x, out: { tensor: out, offset, strides } },
        node,
      );
    }
    if (op.kind === "cat") {
      let at = 0;
      for (const input of inputs) {
        const part = { tensor: out, offset: at * strides[op.axis], strides };
        this.#writer.run({ op: "copy", shape: input.shape, x: asView(this.#view(input)), out: part }, node);
        at += input.shape[op.axis];
      }
    }
    this.#lies(node, out);
  }
}
