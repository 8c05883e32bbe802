import { grouped } from "./grouped.ts";
/** "1 cell", "2 cells", "50,000 rows": a number in words' company, with the plural where there is one. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;
