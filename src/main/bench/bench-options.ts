import { Command, InvalidArgumentError } from "commander";
import { availableThreads } from "../engine/available-threads.ts";
import { BENCH_CASES } from "./cases/bench-cases.ts";
import type { BenchCase } from "./cases/bench-case.ts";

/** What to measure and how to report it. */
export interface BenchOptions {
  readonly cases: readonly BenchCase[];
  readonly threads: number;
  readonly peers: boolean;
  /** Our own engine on one thread as a further contender. */
  readonly oneThread: boolean;
  /** The notebook as cells that a person writes, as a further contender. */
  readonly live: boolean;
  readonly v8Flags: boolean;
  readonly format: "table" | "json" | "markdown";
  /** Instead of measuring, plans for these numbers of workers are simulated; null for measuring. */
  readonly plan: readonly number[] | null;
  /** File of the raw samples; null for the usual place. */
  readonly out: string | null;
}

interface ParsedOptions {
  readonly case?: readonly BenchCase[];
  readonly threads: number;
  readonly peers?: true;
  readonly oneThread?: true;
  readonly live?: true;
  readonly v8Flags: boolean;
  readonly json?: true;
  readonly markdown?: true;
  readonly out?: string;
  readonly plan?: readonly number[];
}

const MOST_SIMULATED = 240;

function workerCounts(text: string): readonly number[] {
  const counts = text.split(",").map(Number);
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 2 && count <= MOST_SIMULATED)) {
    throw new InvalidArgumentError(`expected whole numbers from 2 to ${MOST_SIMULATED}, such as 4,8,16,64.`);
  }
  return counts;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("expected a whole number of at least 1.");
  return value;
}

function caseNamed(text: string, chosen: readonly BenchCase[] = []): readonly BenchCase[] {
  const found = BENCH_CASES.find(({ name }) => name === text);
  if (found === undefined) {
    throw new InvalidArgumentError(`expected one of ${BENCH_CASES.map(({ name }) => name).join(", ")}.`);
  }
  return chosen.includes(found) ? chosen : [...chosen, found];
}

/**
 * Reads the arguments after the script's name.
 *
 * @throws {CommanderError} If they are wrong, or ask for help; what there is to say has been written.
 */
export function readBenchOptions(argv: readonly string[]): BenchOptions {
  const program = new Command("npm run bench --")
    .description("Measures the engine inside the app's own runtime, and other libraries beside it.")
    .option("--case <name>", "measure this case only; may be given again", caseNamed)
    .option("--threads <n>", "worker threads, for the peers too", positive, availableThreads())
    .option("--peers", "ONNX Runtime, TensorFlow.js and PyTorch in the same run")
    .option("--one-thread", "our own engine on one thread beside all threads")
    .option("--live", "the notebook's cases as cells of one's own beside them")
    .option("--no-v8-flags", "leave V8's experimental flags alone")
    .option(
      "--plan <n,n,…>",
      "measure nothing: simulate the plans for these numbers of workers",
      workerCounts,
    )
    .option("--json", "print the report as JSON")
    .option("--markdown", "print the README's table")
    .option("--out <file>", "where the raw samples go (default: bench-results/<date>.json)")
    .showHelpAfterError("(npm run bench -- --help lists the options)")
    .exitOverride()
    .parse(argv, { from: "user" });
  const parsed = program.opts<ParsedOptions>();
  return {
    cases: parsed.case ?? BENCH_CASES,
    threads: parsed.threads,
    peers: parsed.peers === true,
    oneThread: parsed.oneThread === true,
    live: parsed.live === true,
    v8Flags: parsed.v8Flags,
    format: parsed.json === true ? "json" : parsed.markdown === true ? "markdown" : "table",
    plan: parsed.plan ?? null,
    out: parsed.out ?? null,
  };
}
