import type { Engine } from "../engine/engine.ts";
import type { BenchCase } from "./cases/bench-case.ts";
import { recordCase } from "./own-contender.ts";
import { simulatePlan, type SimulatedPlan } from "./simulate-plan.ts";

const microseconds = (ns: number): string => (ns / 1000).toFixed(ns < 1e5 ? 1 : 0);
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;

/** A row a number of workers: the whole call, how many times as fast as one worker, and what it waits for. */
function row(name: string, plan: SimulatedPlan, alone: SimulatedPlan): string {
  const cells = [
    name,
    String(plan.threads),
    String(plan.workers),
    microseconds(plan.totalNs),
    (alone.totalNs / plan.totalNs).toFixed(1),
    percent(plan.imbalanceNs, plan.totalNs),
    percent(plan.transferNs, plan.totalNs),
    plan.threads === 1 ? "" : `${percent(plan.barrierNs, plan.totalNs)} (${plan.barriers})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The plans of cases for numbers of workers that this machine need not have, as a table. Nothing is timed. */
export function planReport(engine: Engine, cases: readonly BenchCase[], threads: readonly number[]): string {
  const lines = [
    "| case | threads | used | µs a call, simulated | times as fast as one | unequal shares | bytes moved | barriers |",
    "| --- | --: | --: | --: | --: | --: | --: | --: |",
  ];
  for (const benchCase of cases) {
    const scope = engine.arena.scope();
    try {
      const { program } = recordCase(engine, scope, benchCase.prepare());
      const alone = simulatePlan(program, 1);
      lines.push(row(benchCase.name, alone, alone));
      for (const count of threads) lines.push(row("", simulatePlan(program, count), alone));
    } finally {
      scope.release();
    }
  }
  return lines.join("\n");
}
