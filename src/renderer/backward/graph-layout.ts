import type { Trace } from "../../shared/stepper.ts";

/** Sizes in units of the drawing. */
export const NODE = { width: 150, height: 44, gapX: 46, gapY: 90 } as const;

export interface PlacedStep {
  readonly index: number;
  readonly x: number;
  readonly y: number;
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

/** Forward and loss from left to right in the upper band, backward from right to left below, several in a column. */
export function layoutGraph({ steps, tensors }: Trace): GraphLayout {
  const forward = steps.filter(({ pass }) => pass !== "backward");
  const backward = steps.filter(({ pass }) => pass === "backward");
  const columns = Math.max(1, forward.length);
  const perColumn = Math.max(1, Math.ceil(backward.length / columns));
  const xOf = (column: number): number => column * (NODE.width + NODE.gapX);
  const placed = [
    ...forward.map(({ index }, column) => ({ index, x: xOf(column), y: 0 })),
    ...backward.map(({ index }, place) => {
      const column = columns - 1 - Math.floor(place / perColumn);
      return { index, x: xOf(column), y: NODE.gapY + NODE.height + (place % perColumn) * (NODE.height + 22) };
    }),
  ];
  const maker = new Map<string, number>();
  for (const { index, outputs } of steps) for (const id of outputs) maker.set(id, index);
  const nameOf = new Map(tensors.map(({ id, name }) => [id, name]));
  const edges = steps.flatMap(({ index, inputs }) =>
    inputs.flatMap((id): Edge[] => {
      const from = maker.get(id);
      return from === undefined || from === index ? [] : [{ from, to: index, tensor: nameOf.get(id) ?? id }];
    }),
  );
  return {
    steps: placed,
    edges,
    width: xOf(columns) - NODE.gapX,
    height: Math.max(...placed.map(({ y }) => y)) + NODE.height,
  };
}
