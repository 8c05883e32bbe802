import type { LabBridge } from "../../shared/ipc/lab-bridge.ts";
import { toWireError, type Result, type WireError } from "../../shared/ipc/wire-error.ts";

declare global {
  interface Window {
    readonly lab: LabBridge;
  }
}

/** A call that main refused or could not answer, with what to show. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** Unpacks main's answer. @throws {LabError} */
export async function ask<T>(call: Promise<Result<T>>): Promise<T> {
  const answer = await call;
  if (!answer.ok) throw new LabError(answer.error);
  return answer.value;
}

/** Anything thrown, in the form that is shown. */
export const wireErrorOf = (error: unknown): WireError =>
  error instanceof LabError ? error.wire : toWireError(error);
