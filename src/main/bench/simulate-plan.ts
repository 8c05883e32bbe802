import type { Op } from "../../core/ops/op.ts";
import { phasesOf, splitsByColumns } from "../../core/ops/sharding.ts";
import { sizeBytesOf, type Program, type Tensor } from "../../core/ops/recording-ops.ts";
import type { Access, Phase } from "../../core/ops/phase.ts";
import type { PlannedStep } from "../../shared/engine/worker-tasks.ts";
import { planSections } from "../engine/plan.ts";

/** What a machine takes for what a plan makes workers do beside computing. */
export interface SimulatedMachine {
  /** A barrier: so much at least, and so much more for each worker that must write the counter's cache line. */
  readonly barrierNs: number;
  readonly barrierNsPerWorker: number;
  /** Bytes that another core has written, or that lie in the last-level cache, into a core's own cache; 1 GB/s = 1 byte/ns. */
  readonly cacheGBs: number;
  /** Memory by one core, and by all of them together. */
  readonly memoryGBs: number;
  readonly allMemoryGBs: number;
  /** Tensors larger than this come from memory each time. */
  readonly lastLevelCacheBytes: number;
}

/**
 * A server of the Zen 4 class with one socket. The barrier of 2 workers is measured (0.8 µs with V8's atomics), its growth
 * is that of one cache line that goes from core to core (60 to 100 ns each); bandwidths are those of its data sheet and of
 * one core as measured by `lab ladder`.
 */
export const SIMULATED_SERVER: SimulatedMachine = {
  barrierNs: 600,
  barrierNsPerWorker: 100,
  cacheGBs: 25,
  memoryGBs: 20,
  allMemoryGBs: 200,
  lastLevelCacheBytes: 32 * 2 ** 20,
};

/** A call of a program as a plan for so many workers would take it, in nanoseconds. */
export interface SimulatedPlan {
  readonly threads: number;
  readonly totalNs: number;
  /** Of the worker that has most to do in each group. */
  readonly computeNs: number;
  /** The part of `computeNs` for which an average worker waits. */
  readonly imbalanceNs: number;
  /** Bytes into the workers' caches. */
  readonly transferNs: number;
  readonly barrierNs: number;
  readonly barriers: number;
  /** The most workers that any group has. */
  readonly workers: number;
}

function phaseOf({ op, phase }: PlannedStep): Phase<Tensor> {
  const found = phasesOf(op).find(({ name }) => name === phase);
  if (found === undefined) throw new TypeError(`simulatePlan: ${op.op} has no phase ${phase}`);
  return found;
}

/** Bytes of a tensor that one of `workers` workers touches. */
function touchedBytes(op: Op<Tensor>, { tensor, part }: Access<Tensor>, workers: number): number {
  const bytes = sizeBytesOf(tensor);
  // Rows are looked up all over the source; a worker takes as many as it writes.
  if ((op.op === "gatherRows" && op.x === tensor) || (op.op === "gatherBytes" && op.bytes === tensor)) {
    return (bytes * (op.out.shape[0] ?? 1)) / (tensor.shape[0] ?? 1) / workers;
  }
  // A worker reads the columns of B that it computes.
  const byColumns =
    splitsByColumns(op) && tensor === (op.op === "linear" ? op.w : op.op === "matmul" && op.b);
  return part === "all" && !byColumns ? bytes : bytes / workers;
}

/** How long one of `workers` workers waits until its part of a tensor is in its cache. */
function transferNs(
  op: Op<Tensor>,
  access: Access<Tensor>,
  workers: number,
  machine: SimulatedMachine,
): number {
  const own = touchedBytes(op, access, workers);
  if (sizeBytesOf(access.tensor) > machine.lastLevelCacheBytes) {
    return own / Math.min(machine.memoryGBs, machine.allMemoryGBs / workers);
  }
  // A worker's own part was its own before: splits of the same rows are alike from group to group.
  return access.part === "all" && !access.write && workers > 1 ? own / machine.cacheGBs : 0;
}

/**
 * What a call of a program takes on `threads` workers, by the costs with which it is planned (core/ops/phase.ts), barriers
 * and bytes moved. It knows nothing of clock rates that fall with the number of busy cores.
 */
export function simulatePlan(
  program: Program,
  threads: number,
  machine: SimulatedMachine = SIMULATED_SERVER,
): SimulatedPlan {
  const { groups } = planSections([{ program, repeats: 1 }], threads, () => 0).sections[0] ?? { groups: [] };
  let [computeNs, averageNs, transfer] = [0, 0, 0];
  for (const group of groups) {
    const share = Math.ceil(group.items / group.threads) / group.items;
    // Tensors that steps of a group share are fetched once.
    const fetched = new Set<Tensor>();
    for (const step of group.steps) {
      const phase = phaseOf(step);
      computeNs += phase.costNs * share;
      averageNs += phase.costNs / group.threads;
      if (phase.name === "reduce") {
        transfer += (step.partialThreads * step.partialStrideBytes * share) / machine.cacheGBs;
      }
      for (const access of phase.accesses) {
        if (fetched.has(access.tensor)) continue;
        fetched.add(access.tensor);
        transfer += transferNs(step.op, access, group.threads, machine);
      }
    }
  }
  const barriers = groups.filter(({ barrier }) => barrier).length;
  const barrierNs = threads === 1 ? 0 : barriers * (machine.barrierNs + machine.barrierNsPerWorker * threads);
  return {
    threads,
    totalNs: computeNs + transfer + barrierNs,
    computeNs,
    imbalanceNs: computeNs - averageNs,
    transferNs: transfer,
    barrierNs,
    barriers,
    workers: Math.max(1, ...groups.map((group) => group.threads)),
  };
}
