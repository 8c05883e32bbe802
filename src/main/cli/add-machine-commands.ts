import type { Command } from "commander";
import { benchSpec, runBenchCommand, type BenchCommandOptions } from "./bench-command.ts";
import { runDoctorCommand, type DoctorOptions } from "./doctor-command.ts";
import { inLab, type CommandHost, type CommonOptions } from "./in-lab.ts";
import { DATABASE, threadCount, USUAL_THREADS } from "./options.ts";
import { runTuneCommand } from "./tune-command.ts";

/** `lab doctor`, `bench` and `tune`: what this machine is, and what it can do. */
export function addMachineCommands(program: Command, host: CommandHost): void {
  program
    .command("doctor")
    .description("show runtime, SQLite, CPU, threads, kernel and the state of the database")
    .option("--repair", "mend a damaged database or restore its last backup; the damaged file is kept")
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
    .action(async (options: CommonOptions & DoctorOptions) => {
      const needs = { ...options, readOnly: options.repair !== true, emptyIfMissing: true };
      await inLab(host, needs, (lab) => runDoctorCommand(lab, options));
    });

  program
    .command("bench")
    .description(
      "time a training step on this machine, and with --profile say where its time goes; leaves no run",
    )
    .argument("[spec]", "JSON file with the training; without it the classifier 784-50-10")
    .option("--profile", "time by op and worker, and what waits at barriers")
    .option("--threads <n>", "worker threads", threadCount, USUAL_THREADS)
    .option("--json", "print JSON instead of tables")
    .option(...DATABASE)
    .action(async (file: string | undefined, options: BenchCommandOptions & CommonOptions) => {
      const spec = await benchSpec(file);
      await inLab(host, { ...options, readOnly: true, emptyIfMissing: true }, (lab) =>
        runBenchCommand(lab, spec, options),
      );
    });

  program
    .command("tune")
    .description("test and time the kernels again, keep the result, show it with this CPU's peak")
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
    .action(async (options: CommonOptions) => {
      await inLab(host, { ...options, threads: 1 }, (lab) => runTuneCommand(lab, options));
    });
}
