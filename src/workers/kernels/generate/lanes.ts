import { advance, constant, lines, local } from "./wat.ts";

/** Two float32 of four as float64. */
export const low = (vector: string): string => `(f64x2.promote_low_f32x4 ${vector})`;
export const high = (vector: string): string =>
  low(`(i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${vector} ${vector})`);
export const sumOfLanes = (vector: string): string =>
  `(f64.add (f64x2.extract_lane 0 ${vector}) (f64x2.extract_lane 1 ${vector}))`;

/** While `step` more fit into what is left of `name`: the body, then what remains. */
export const whileLeft = (label: string, name: string, step: number, body: readonly string[]): string =>
  lines([
    `(block $no_${label} (loop $${label} (br_if $no_${label} (i32.lt_u ${local(name)} ${constant(step)}))`,
    body,
    advance(name, constant(-step)),
    `(br $${label})))`,
  ]);

/** Four lanes from memory, or the first one, two or three; `lanes` beyond four are four. */
export function loadLanes(lanes: number, offset: number, pointer: string): string {
  switch (lanes) {
    case 1:
      return `(v128.load32_zero offset=${offset} ${pointer})`;
    case 2:
      return `(v128.load64_zero offset=${offset} ${pointer})`;
    case 3:
      return `(v128.load32_lane offset=${offset + 8} 2 ${pointer} (v128.load64_zero offset=${offset} ${pointer}))`;
    default:
      return `(v128.load offset=${offset} ${pointer})`;
  }
}

/** The same lanes into memory. */
export function storeLanes(lanes: number, offset: number, pointer: string, value: string): string {
  switch (lanes) {
    case 1:
      return `(v128.store32_lane offset=${offset} 0 ${pointer} ${value})`;
    case 2:
      return `(v128.store64_lane offset=${offset} 0 ${pointer} ${value})`;
    case 3:
      return (
        `(v128.store64_lane offset=${offset} 0 ${pointer} ${value})` +
        `(v128.store32_lane offset=${offset + 8} 2 ${pointer} ${value})`
      );
    default:
      return `(v128.store offset=${offset} ${pointer} ${value})`;
  }
}
