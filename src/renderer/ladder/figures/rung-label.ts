import { RUNG_NUMBERS, type RungResult } from "../../../shared/experiments/ladder.ts";

/** "6 WASM kernel": number and name, as on the rung's card. */
export function rungLabel({ rung, name }: Pick<RungResult, "rung" | "name">): string {
  return `${RUNG_NUMBERS[rung]}  ${name}`;
}
