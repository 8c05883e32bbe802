import { formatNumber } from "../../shared/format/number.ts";

/** A time of a step in µs, also where it is long: what stands in one column has one unit. */
export const formatMicroseconds = (us: number): string => `${formatNumber(us, 3)} µs`;
