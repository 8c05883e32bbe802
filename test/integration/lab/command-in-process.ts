import { resolve } from "node:path";
import { vi } from "vitest";
import { runCommandLine } from "../../../src/main/cli/command-line.ts";
import { Interruption } from "../../../src/main/cli/interruption.ts";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command prints and its exit code, in this process: one of its own costs more than most commands. */
export async function ended(command: () => Promise<number> | number): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const stops = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  try {
    return { status: await command(), ...said };
  } finally {
    for (const stop of stops) stop.mockRestore();
  }
}

/** `lab …` as its program runs it, but in this process. */
export const commandLine = (...args: readonly string[]): Promise<Ended> =>
  ended(() =>
    runCommandLine(["", "", ...args], {
      interruption: new Interruption(),
      place: { appPath: resolve("."), packagedIn: null },
    }),
  );
