import { shardRange } from "../../core/ops/shard-range.ts";
import type {
  PlannedGroup,
  PlannedSection,
  PlannedStep,
  ProgramTask,
  ProgramTimes,
} from "../../shared/engine/worker-tasks.ts";
import { viewAt, viewOf } from "../../shared/engine/tensor-view.ts";
import { compileKernel } from "../kernels/ops/kernel-table.ts";
import type { KernelContext } from "../kernels/ops/kernel.ts";
import type { Kernels } from "../kernels/load/kernels.ts";
import { Control } from "./control.ts";
import { GroupClock } from "./group-clock.ts";

/** A group as a worker carries it out. */
interface CompiledGroup {
  readonly run: () => void;
  readonly barrier: boolean;
  /** Null unless the program is profiled. */
  readonly clock: GroupClock | null;
}

/** A section's groups, compiled when they are first run. */
interface CompiledSection {
  readonly usual: readonly CompiledGroup[];
  readonly other: readonly CompiledGroup[];
}

/**
 * Prepares this worker's part of a program: the same groups of steps as all its peers, each on its own items, waiting
 * for the others where the plan says so.
 *
 * @returns Runs it, any number of times: each gives where the time went, of a profiled program; what takes the place of
 * a section's groups is not in it. It throws ProgramStopped when main cancelled the program or a peer failed.
 */
export function prepareProgram(
  task: ProgramTask,
  sections: readonly PlannedSection[],
  memory: WebAssembly.Memory,
  library: Kernels,
): () => ProgramTimes | null {
  const control = new Control(memory, task);
  let repeat = 0;

  const contextOf = (step: PlannedStep, begin: number, end: number): KernelContext => ({
    step,
    begin,
    end,
    control,
    kernels: library,
    cacheBytes: task.cacheBytes,
    scratchOffsetBytes: task.scratchOffsetBytes + step.scratchOffsetBytes,
    view: (tensor, dtype) => viewOf(memory, tensor, dtype),
    viewAt: (dtype, offsetBytes, length) => viewAt(memory, dtype, offsetBytes, length),
    partialOffset: (worker = task.worker) => step.partialOffsetBytes + worker * step.partialStrideBytes,
    repeat: () => repeat,
  });

  const compile = (
    { steps, items, threads, blockItems }: PlannedGroup,
    clock: GroupClock | null,
  ): (() => void) => {
    const { begin, end } = shardRange(items, task.worker, threads);
    // A worker without items only meets the barriers.
    if (begin === end) return () => undefined;
    const compiled = steps.map((step) => compileKernel(step.op, contextOf(step, begin, end)));
    const kernels = clock === null ? compiled : compiled.map((kernel, step) => clock.timed(kernel, step));
    return () => {
      for (let k = 0; k < kernels.length; k++) kernels[k]!.prepare?.();
      for (let at = begin; at < end; at += blockItems) {
        if (at > begin) control.beat();
        const until = Math.min(end, at + blockItems);
        for (let k = 0; k < kernels.length; k++) kernels[k]!.run(at, until);
      }
      for (let k = 0; k < kernels.length; k++) kernels[k]!.finish?.();
    };
  };

  const compileAll = (groups: readonly PlannedGroup[], repeats: number): CompiledGroup[] =>
    groups.map((group) => {
      const clock = task.profiled ? new GroupClock(group.steps.length, repeats, () => repeat) : null;
      return { run: compile(group, clock), barrier: group.barrier, clock };
    });

  const compileSection = ({ groups, repeats, alternate }: PlannedSection): CompiledSection => {
    const usual = compileAll(groups, repeats);
    return { usual, other: alternate === null ? usual : compileAll(alternate.groups, repeats) };
  };

  const compiled: CompiledSection[] = [];
  return () => {
    const times: GroupClock[][] = [];
    for (const [index, section] of sections.entries()) {
      // Kept only for a program that is run again: hundreds of sections need not be there at the same time.
      const { usual, other } = compiled[index] ?? compileSection(section);
      if (task.keptAs !== null) compiled[index] = { usual, other };
      times.push(usual.flatMap(({ clock }) => clock ?? []));
      const { first, every } = section.alternate ?? { first: Infinity, every: 1 };
      let groups = usual;
      control.barrier();
      for (repeat = 0; repeat < section.repeats; repeat++) {
        control.beat();
        const next = repeat >= first && (repeat - first) % every === 0 ? other : usual;
        // Barriers were placed for groups that follow themselves.
        if (next !== groups) control.barrier();
        groups = next;
        // Until V8 has optimised this, an iterator would leave an object a group on the heap.
        for (let g = 0; g < groups.length; g++) {
          const group = groups[g]!;
          if (group.barrier) {
            group.clock?.beginWait();
            control.barrier();
            group.clock?.endWait();
          }
          group.run();
        }
        if (task.worker === 0) control.repeatDone();
      }
    }
    control.barrier();
    return task.profiled ? times.map((groups) => groups.map((clock) => clock.time())) : null;
  };
}
