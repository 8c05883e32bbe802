import { useEffect, useState } from "react";
import type { Diagnostics } from "../../shared/ipc-contract.ts";
import type { WireError } from "../../shared/wire-error.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";

const EVERY_MS = 2000;

export interface DiagnosticsState {
  readonly known: Diagnostics | null;
  readonly error: WireError | null;
}

/** Read again every two seconds while the view is shown: effects of a hidden view are off. */
export function useDiagnostics(): DiagnosticsState {
  const [state, setState] = useState<DiagnosticsState>({ known: null, error: null });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = true;
    const read = async () => {
      try {
        const known = await ask(window.lab.diagnosticsGet());
        if (current) setState({ known, error: null });
      } catch (error) {
        if (current) setState(({ known }) => ({ known, error: wireErrorOf(error) }));
      }
      if (current) timer = setTimeout(() => void read(), EVERY_MS);
    };
    void read();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, []);
  return state;
}
