import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Interruption } from "./interruption.ts";
import { complain } from "./print.ts";

/** What most commands take. */
export interface CommonOptions {
  readonly database?: string;
  readonly json?: true;
}

/** For commands that only look at saved runs: no worker is started. */
export const reading = (options: CommonOptions): LabNeeds => ({ ...options, threads: 0, readOnly: true });

interface LabNeeds {
  readonly database?: string;
  readonly threads?: number;
  /** These kernels and no others. */
  readonly kernels?: InstructionSet;
  /** What it only looks at stays as it is. */
  readonly readOnly?: boolean;
  readonly emptyIfMissing?: boolean;
}

/** What a command is given beside its options. */
export interface CommandHost {
  readonly interruption: Interruption;
  readonly setExitCode: (code: ExitCode) => void;
}

/** Opens the lab, runs a command in it, closes it whatever happens. */
export async function inLab(
  { interruption, setExitCode }: CommandHost,
  needs: LabNeeds,
  command: (lab: Lab) => Promise<ExitCode> | ExitCode,
): Promise<void> {
  // Whoever only asks for help need not wait for the engine.
  const { openCommandLab } = await import("./open-command-lab.ts");
  const lab = await openCommandLab(needs);
  try {
    const { notices, damaged } = lab.opened;
    for (const notice of notices) complain(`lab: ${notice}`);
    let cutShort = false;
    interruption.listen(() => {
      cutShort = lab.activity.cancel().cancelled || cutShort;
    });
    // A reader that has ended has all that it wanted of a command that only prints.
    const asked = (): boolean => interruption.requested && (interruption.kind !== "SIGPIPE" || cutShort);
    const code = asked() ? EXIT.ok : await command(lab);
    setExitCode(
      asked() ? (interruption.exitCode ?? code) : code === EXIT.ok && damaged ? EXIT.failedCheck : code,
    );
  } finally {
    await lab.close();
  }
}
