import { useEffect, useState } from "react";
import type { Result, WireError } from "../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "./lab.ts";

const SETTLE_MS = 200;

export type Answer<T> =
  | { readonly kind: "none" }
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "failed"; readonly error: WireError };

/**
 * What main answers to an input, asked shortly after the input changes and after `again` changes; `call` must keep its
 * identity. Null asks nothing; `settleMs` of 0 asks at once, where inputs do not change from key to key.
 */
export function useAnswer<I, T>(
  call: (input: I) => Promise<Result<T>>,
  input: I | null,
  again: unknown,
  settleMs = SETTLE_MS,
): Answer<T> {
  const [state, setState] = useState<Answer<T>>({ kind: "none" });
  useEffect(() => {
    if (input === null) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      ask(call(input)).then(
        (value) => current && setState({ kind: "known", value }),
        (error: unknown) => current && setState({ kind: "failed", error: wireErrorOf(error) }),
      );
    }, settleMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [call, input, again, settleMs]);
  return input === null ? { kind: "none" } : state;
}
