import { useEffect, useRef, useState } from "react";
import type { Result, WireError } from "../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "./lab.ts";
import { oneAtATime, type Asker } from "./one-at-a-time.ts";

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
  const asker = useRef<Asker | null>(null);
  useEffect(() => {
    if (input === null) return undefined;
    const own = oneAtATime(async (stopped) => {
      const answer = await ask(call(input)).then(
        (value): Answer<T> => ({ kind: "known", value }),
        (error: unknown): Answer<T> => ({ kind: "failed", error: wireErrorOf(error) }),
      );
      if (!stopped()) setState(answer);
    }, settleMs);
    asker.current = own;
    return own.stop;
  }, [call, input, settleMs]);
  useEffect(() => asker.current?.again(), [call, input, again, settleMs]);
  return input === null ? { kind: "none" } : state;
}
