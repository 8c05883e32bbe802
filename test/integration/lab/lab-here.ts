import { resolve } from "node:path";
import { vi } from "vitest";
import { runCommandLine } from "../../../src/main/cli/command-line.ts";
import { Interruption } from "../../../src/main/cli/interruption.ts";

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Written = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => boolean;

/**
 * `lab …` without a process of its own, most of whose time goes into loading the lab. What is a process's own, such as
 * pipes, signals and how it ends, is asked of the built program.
 */
export async function labHere(...args: readonly string[]): Promise<Answer> {
  const said = { stdout: "", stderr: "" };
  const keeping = (stream: "stdout" | "stderr"): Written => {
    const decoder = new TextDecoder();
    return (chunk, ...rest) => {
      said[stream] += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
      const written = rest.at(-1);
      if (typeof written === "function") written();
      return true;
    };
  };
  const streams = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation(keeping(name)),
  );
  try {
    const status = await runCommandLine(["", "lab", ...args], {
      interruption: new Interruption(),
      place: { appPath: resolve("."), packagedIn: null },
    });
    return { status, ...said };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}
