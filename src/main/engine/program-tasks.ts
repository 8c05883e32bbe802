import type { ProgramTask } from "../../shared/engine/worker-tasks.ts";
import type { Plan } from "./plan.ts";
import type { SentPrograms } from "./sent-programs.ts";

/** What a plan is run with. */
export interface ProgramOrder extends Pick<
  ProgramTask,
  "threads" | "instructionSet" | "cacheBytes" | "profiled" | "givesWay"
> {
  /** Gives a worker its scratch. */
  readonly allocateBytes: (sizeBytes: number) => number;
  /** What the threads hold already. */
  readonly programs: SentPrograms;
}

/**
 * A plan as its workers' tasks: only of those that have something to do, unless it is profiled, which shows all.
 *
 * @returns `wasSent`: whether threads may know it by its number.
 */
export function programTasks(
  { sections, scratchBytes, workers, isUnchanged }: Plan,
  { allocateBytes, programs, ...order }: ProgramOrder,
): { readonly tasks: readonly ProgramTask[]; readonly wasSent: boolean } {
  const threads = order.profiled ? order.threads : workers;
  const scratch = Array.from({ length: threads }, () => allocateBytes(scratchBytes));
  const { instructionSet, cacheBytes, givesWay } = order;
  const dependsOn = [threads, instructionSet, cacheBytes, givesWay, ...scratch].join(" ");
  const { id, wasSent } =
    isUnchanged && !order.profiled ? programs.numberOf(sections, dependsOn) : { id: null, wasSent: false };
  const tasks = scratch.map((scratchOffsetBytes, worker): ProgramTask => ({
    ...order,
    kind: "program",
    sections,
    keptAs: id,
    worker,
    threads,
    scratchOffsetBytes,
  }));
  return { tasks, wasSent };
}
