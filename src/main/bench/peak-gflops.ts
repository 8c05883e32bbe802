import type { Engine } from "../engine/engine.ts";

/** The measured peak of one thread, if the engine has measured one. */
export function peakGflops(engine: Engine): number | null {
  const peak: unknown = Reflect.get(engine, "peakGflops");
  return typeof peak === "number" ? peak : null;
}
