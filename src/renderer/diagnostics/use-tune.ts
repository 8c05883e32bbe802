import { useState } from "react";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";

export interface Tune {
  readonly tuning: boolean;
  readonly error: WireError | null;
  readonly tune: () => Promise<void>;
}

/** Tunes the kernels again when asked; `onTuned` hears when that is done. */
export function useTune(onTuned: () => void): Tune {
  const [state, setState] = useState<Omit<Tune, "tune">>({ tuning: false, error: null });
  const tune = async () => {
    setState({ tuning: true, error: null });
    try {
      await ask(window.lab.kernelsTune());
      setState({ tuning: false, error: null });
    } catch (error) {
      setState({ tuning: false, error: wireErrorOf(error) });
    }
    onTuned();
  };
  return { ...state, tune };
}
