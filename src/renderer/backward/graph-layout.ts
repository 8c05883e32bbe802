import type { Trace, TracedStep } from "../../shared/experiments/stepper.ts";

/** Sizes in units of the drawing, which are CSS pixels at a zoom of 1. */
export const NODE = { width: 82, height: 38, gapX: 18, gapY: 22 } as const;

export interface PlacedStep {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  /** What the step makes: z1, a1, dW1 … */
  readonly makes: string;
}

export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Name of the tensor that goes along. */
  readonly tensor: string;
}

export interface GraphLayout {
  readonly steps: readonly PlacedStep[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

/** Rows of the drawing: forward and loss; the gradients that go on to the layer before; those of the parameters. */
const ROW = { forward: 0, through: 1, parameters: 2 } as const;

/**
 * Forward and loss from left to right in the upper row. Below, each gradient under the step that made its tensor, from
 * right to left; gradients of parameters in a third row under the step that read the parameter.
 */
export function layoutGraph({ steps, tensors }: Trace): GraphLayout {
  const nameOf = new Map(tensors.map(({ id, name }) => [id, name]));
  const makes = ({ outputs, title }: TracedStep): string => nameOf.get(outputs[0] ?? "") ?? title;
  const forward = steps.filter(({ pass }) => pass !== "backward");
  const columnOf = new Map<string, number>();
  forward.forEach((step, column) => {
    columnOf.set(makes(step), column);
    for (const id of step.inputs) {
      const name = nameOf.get(id) ?? "";
      if (!columnOf.has(name)) columnOf.set(name, column);
    }
  });
  const taken = new Set<string>();
  const place = (wanted: number, from: number): { column: number; row: number } => {
    let row = from;
    while (taken.has(`${wanted} ${row}`)) row++;
    taken.add(`${wanted} ${row}`);
    return { column: wanted, row };
  };
  const placed = steps.map((step): PlacedStep => {
    const name = makes(step);
    const forwardColumn = forward.indexOf(step);
    const of = name.replace(/^d/, "").replace(/^W/, "w");
    const { column, row } =
      forwardColumn >= 0
        ? place(forwardColumn, ROW.forward)
        : place(columnOf.get(of) ?? 0, /^[wb]\d/.test(of) ? ROW.parameters : ROW.through);
    return {
      index: step.index,
      makes: name,
      x: column * (NODE.width + NODE.gapX),
      y: row * (NODE.height + NODE.gapY),
    };
  });
  const maker = new Map<string, number>();
  for (const { index, outputs } of steps) for (const id of outputs) maker.set(id, index);
  const edges = steps.flatMap(({ index, inputs }) =>
    inputs.flatMap((id): Edge[] => {
      const from = maker.get(id);
      return from === undefined || from === index ? [] : [{ from, to: index, tensor: nameOf.get(id) ?? id }];
    }),
  );
  return {
    steps: placed,
    edges,
    width: Math.max(...placed.map(({ x }) => x)) + NODE.width,
    height: Math.max(...placed.map(({ y }) => y)) + NODE.height,
  };
}

/**
 * From the side of one box that faces the other to its opposite, as an SVG path. What skips a row goes down in the gap
 * between two columns: behind a box of that row it would seem to come from there.
 */
export function edgePath(a: Pick<PlacedStep, "x" | "y">, b: Pick<PlacedStep, "x" | "y">): string {
  const { width, height, gapX, gapY } = NODE;
  const [ax, ay] = [a.x + width / 2, a.y + height / 2];
  const [bx, by] = [b.x + width / 2, b.y + height / 2];
  const right = bx > ax;
  if (a.y === b.y && Math.abs(ax - bx) > width) {
    const side = right ? width / 2 : -width / 2;
    return `M${ax + side} ${ay} L${bx - side} ${by}`;
  }
  const down = by > ay ? 1 : -1;
  const [y1, y2] = [ay + (down * height) / 2, by - (down * height) / 2];
  if (Math.abs(by - ay) <= height + gapY) {
    const middle = (y1 + y2) / 2;
    return `M${ax} ${y1} C${ax} ${middle} ${bx} ${middle} ${bx} ${y2}`;
  }
  const gap = right ? bx - (width + gapX) / 2 : bx + (width + gapX) / 2;
  const [from, to] = [y1 + down * gapY, y2 - down * gapY];
  return `M${ax} ${y1} C${ax} ${from} ${gap} ${y1} ${gap} ${from} L${gap} ${to} C${gap} ${y2} ${bx} ${to} ${bx} ${y2}`;
}
