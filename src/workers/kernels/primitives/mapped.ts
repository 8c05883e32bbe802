import { elementwiseFunction, type Elementwise } from "../generate/elementwise-function.ts";
import { primitive, type ArenaNumbers, type Primitive, type PrimitiveFunction } from "./primitive.ts";

/** target = f(x), element by element; a scalar with it. */
export type MapOne = (x: number, target: number, bytes: number, scalar: number) => void;
/** target = f(x, y), element by element. */
export type MapTwo = (x: number, y: number, target: number, bytes: number) => void;
/** target = f(x, y, scalar), element by element. */
export type MapTwoScaled = (x: number, y: number, target: number, bytes: number, scalar: number) => void;

/** A primitive that is the same for every element: what becomes of four lanes, and of one number. */
export const mapped = <F extends PrimitiveFunction>({
  loop,
  check,
  ...lanes
}: Elementwise & Pick<Primitive<F>, "loop" | "check">): Primitive<F> =>
  primitive<F>({ generate: (name) => elementwiseFunction(name, lanes), loop, check });

/** The loop of a `MapTwo` or `MapTwoScaled`. */
export const mapTwo =
  (f: (x: number, y: number, scalar: number) => number) =>
  (arena: ArenaNumbers) =>
  (x: number, y: number, target: number, bytes: number, scalar = 0): void => {
    const { all } = arena;
    for (let i = 0; i < bytes / 4; i++) all[target / 4 + i] = f(all[x / 4 + i]!, all[y / 4 + i]!, scalar);
  };

/** The loop of a `MapOne`. */
export const mapOne =
  (f: (x: number, scalar: number) => number) =>
  (arena: ArenaNumbers): MapOne =>
  (x, target, bytes, scalar) => {
    const { all } = arena;
    for (let i = 0; i < bytes / 4; i++) all[target / 4 + i] = f(all[x / 4 + i]!, scalar);
  };
