import type { LabBridge } from "../../shared/lab-bridge.ts";
import type { Result, WireError } from "../../shared/wire-error.ts";

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
export function wireErrorOf(error: unknown): WireError {
  if (error instanceof LabError) return error.wire;
  if (error instanceof Error) {
    return {
      code: error.name,
      message: error.message,
      ...(error.stack === undefined ? {} : { details: error.stack }),
    };
  }
  return { code: "Error", message: String(error) };
}
