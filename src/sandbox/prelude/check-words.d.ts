// What only a lesson's check can say, beside the whole language: for the editor of a check.

/**
 * Ends the check unless both have one shape and their numbers agree. A function as the expected value is computed in
 * float64. Each of `mistakes` says by what wrong way its numbers come about: if they are these, the student is told so.
 */
export declare function equal(
  what: string,
  actual: unknown,
  expected: NestedNumbers | Float32Array | Tensor | (() => NestedNumbers | Float32Array | Tensor),
  options?: {
    /** 1e-4 unless told. */
    readonly rtol?: number;
    /** 1e-5 unless told. */
    readonly atol?: number;
    readonly mistakes?: Readonly<
      Record<string, NestedNumbers | Float32Array | Tensor | (() => NestedNumbers | Float32Array | Tensor)>
    >;
  },
): void;

/** Ends the check unless from ≤ value ≤ to; of `signs` the one is said in whose bounds it lies instead. */
export declare function within(
  what: string,
  value: unknown,
  from: number,
  to: number,
  signs?: Readonly<Record<string, readonly [number, number]>>,
): void;

/** Ends the check unless f throws an error that says the text. */
export declare function throws(what: string, f: () => unknown, text?: string): void;

/** Ends the check unless `fast` is so many times as fast as `slow` in one of several turns: 2 times and 5 turns unless told. */
export declare function faster(
  what: string,
  slow: () => unknown,
  fast: () => unknown,
  options?: { readonly times?: number; readonly turns?: number },
): void;

/** Ends the check, and tells the student why. */
export declare function fail(message: string): never;

/** Lets the student's code change this tensor in place: an optimiser's weights, for example. */
export declare function changeable(tensor: Tensor): Tensor;
