// Promises of a cell: a cell lasts until they are settled, and one that fails unseen is the cell's failure.

/** The language's own, whatever cells make of the name. */
const OwnPromise = Promise;

/** Of followed promises what they came to, or null. */
const results = new WeakMap<object, { readonly value: unknown } | null>();
let failure: { readonly error: unknown } | null = null;

/** What a statement of a cell has called or shows, as it was. Prepared cells call it; nobody is offered it. */
export function followed<T>(value: T): T {
  if (value instanceof OwnPromise) {
    results.set(value, null);
    value.then(
      (result: unknown) => {
        results.set(value, { value: result });
      },
      (error: unknown) => {
        failure ??= { error };
      },
    );
  }
  return value;
}

/** A cell begins. */
export function forgetFailure(): void {
  failure = null;
}

/** @throws What the first of the cell's statements failed with whose promise has failed. */
export function throwFailure(): void {
  if (failure !== null) throw failure.error;
}

/** What a promise came to, null as long as it has not; undefined of one that no statement has called or shown. */
export const resultOf = (promise: object): { readonly value: unknown } | null | undefined =>
  results.get(promise);
