import type { Expression } from "../../../core/expression/expression.ts";
import type { MapFunction } from "../../../core/ops/generic-op.ts";
import type { OnnxGraph } from "./onnx-graph.ts";

type Nodes = (graph: OnnxGraph, ...args: readonly string[]) => string;

const plain =
  (operator: string): Nodes =>
  (graph, ...args) =>
    graph.node(operator, args);
/** ONNX compares into truth values; the lab's comparisons give 1 or 0. */
const asNumber = (graph: OnnxGraph, truth: string): string =>
  graph.node("Where", [truth, graph.scalar(1), graph.scalar(0)]);
const comparison =
  (operator: string): Nodes =>
  (graph, ...args) =>
    asNumber(graph, graph.node(operator, args));
const differ = (graph: OnnxGraph, a: string, b: string): string =>
  graph.node("Not", [graph.node("Equal", [a, b])]);

/** One row a function: a missing one does not compile. */
const ROWS: Readonly<Record<MapFunction, Nodes>> = {
  neg: plain("Neg"),
  abs: plain("Abs"),
  sign: plain("Sign"),
  sqrt: plain("Sqrt"),
  rsqrt: (graph, x) => graph.node("Reciprocal", [graph.node("Sqrt", [x])]),
  square: (graph, x) => graph.node("Mul", [x, x]),
  exp: plain("Exp"),
  log: plain("Log"),
  tanh: plain("Tanh"),
  sigmoid: plain("Sigmoid"),
  erf: plain("Erf"),
  add: plain("Add"),
  sub: plain("Sub"),
  mul: plain("Mul"),
  div: plain("Div"),
  pow: plain("Pow"),
  maximum: plain("Max"),
  minimum: plain("Min"),
  gt: comparison("Greater"),
  ge: comparison("GreaterOrEqual"),
  lt: comparison("Less"),
  le: comparison("LessOrEqual"),
  eq: comparison("Equal"),
  ne: (graph, a, b) => asNumber(graph, differ(graph, a, b)),
  where: (graph, condition, yes, no) =>
    graph.node("Where", [differ(graph, condition, graph.scalar(0)), yes, no]),
};

/** A formula of z as nodes of the graph; z is the name of a value. @returns the name of what it gives. */
export function onnxFormula(graph: OnnxGraph, z: string, e: Expression): string {
  if (e.kind === "input") return z;
  if (e.kind === "value") return graph.scalar(e.value);
  return ROWS[e.fn](graph, ...e.args.map((arg) => onnxFormula(graph, z, arg)));
}
