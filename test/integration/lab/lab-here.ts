import { resolve } from "node:path";
import { vi } from "vitest";
import { runCommandLine } from "../../../src/main/cli/command-line.ts";
import { Interruption } from "../../../src/main/cli/interruption.ts";

export interface Ended {
  /** Null of a process that a signal ended. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Written = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => boolean;

/** What a command prints and its exit code, in this process: one of its own costs more than most commands. */
export async function ended(command: () => Promise<number> | number): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const keeping = (stream: "stdout" | "stderr"): Written => {
    const decoder = new TextDecoder();
    return (chunk, ...rest) => {
      said[stream] += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
      for (const written of rest) if (typeof written === "function") (written as () => void)();
      return true;
    };
  };
  const streams = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation(keeping(name)),
  );
  try {
    return { status: await command(), ...said };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}

/**
 * `lab …` without a process of its own, most of whose time goes into loading the lab. What is a process's own, such as
 * pipes, signals and how it ends, is asked of the built program.
 */
export const labHere = (...args: readonly string[]): Promise<Ended> => labUntil(new Interruption(), ...args);

/** The same, with an early end that is asked for meanwhile. */
export const labUntil = (interruption: Interruption, ...args: readonly string[]): Promise<Ended> =>
  ended(() =>
    runCommandLine(["", "lab", ...args], {
      interruption,
      place: { appPath: resolve("."), packagedIn: null },
    }),
  );
