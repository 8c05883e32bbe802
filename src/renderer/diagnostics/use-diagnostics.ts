import { useEffect, useState } from "react";
import type { Diagnostics } from "../../shared/ipc/ipc-contract.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";

const EVERY_MS = 2000;

export interface DiagnosticsState {
  readonly known: Diagnostics | null;
  readonly error: WireError | null;
  /** Reads at once, after something that changes them. */
  readonly readAgain: () => void;
}

/** Read again every two seconds while the view is shown: effects of a hidden view are off. */
export function useDiagnostics(): DiagnosticsState {
  const [state, setState] = useState<Omit<DiagnosticsState, "readAgain">>({ known: null, error: null });
  const [reading, setReading] = useState(0);
  const readAgain = () => setReading((readings) => readings + 1);
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
  }, [reading]);
  return { ...state, readAgain };
}
