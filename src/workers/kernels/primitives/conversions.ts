import { whileLeft } from "../generate/lanes.ts";
import { advance, constant, count, lines, local } from "../generate/wat.ts";
import { primitive } from "./primitive.ts";

/** The value of the byte at x + `offset`, into its place. */
const lookUp = (offset: number): string =>
  `(f32.store offset=${4 * offset} ${local("target")} (f32.load (i32.add ${local("values")} (i32.shl (i32.load8_u offset=${offset} ${local("x")}) ${constant(2)}))))`;

/** Eight at a time, then one. The values stay in the first-level cache; converting and dividing would take longer. */
const lookUpBytes = (name: string): string =>
  lines([
    `(func (export "${name}") (param $x i32) (param $target i32) (param $count i32) (param $values i32)`,
    ...([8, 1] as const).map((width) =>
      whileLeft(`by${width}`, "count", width, [
        ...count(width).map(lookUp),
        advance("x", constant(width)),
        advance("target", constant(4 * width)),
      ]),
    ),
    ")",
  ]);

export const CONVERSIONS = {
  /** target = the float of each of `count` bytes, from 256 of them at `values`. */
  lookUpBytes: primitive<(bytes: number, target: number, count: number, values: number) => void>({
    generate: lookUpBytes,
    loop: (arena) => (x, target, count, values) => {
      const [{ all }, bytes] = [arena, arena.bytes(x, count)];
      for (let i = 0; i < count; i++) all[target / 4 + i] = all[values / 4 + bytes[i]!]!;
    },
    check: (lookUp, { signed, others, zeros, length }) => {
      lookUp(signed, zeros, 3 * length, others);
    },
  }),
};
