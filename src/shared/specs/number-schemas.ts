import * as v from "valibot";
import { grouped } from "../../core/grouped.ts";

/** A number from `least` to `most`, both allowed; `what` names it in what is said of others. */
export const numberWithin = (what: string, least: number, most: number) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.minValue(least, `${what} must be at least ${least}`),
    v.maxValue(most, `${what} must be at most ${grouped(most)}`),
  );

/** The same without fractions. */
export const wholeNumber = (what: string, least: number, most: number) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.integer(`${what} must be a whole number`),
    v.minValue(least, `${what} must be at least ${least}`),
    v.maxValue(most, `${what} must be at most ${grouped(most)}`),
  );
