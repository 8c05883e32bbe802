import { readdirSync, readFileSync } from "node:fs";

/**
 * How long a thread of this process has waited for a core meanwhile, the one that waited most: of the promised time this
 * is the machine's part, on an idle one nothing. Zero where the system does not tell.
 */
export function waitingForCores(): { readonly stop: () => number } {
  const waitedMs = new Map<string, { first: number; last: number }>();
  const look = (): void => {
    if (process.platform !== "linux") return;
    for (const thread of readdirSync("/proc/self/task")) {
      try {
        const stat = readFileSync(`/proc/self/task/${thread}/schedstat`, "utf8");
        const ms = Number(stat.split(" ")[1]) / 1e6;
        waitedMs.set(thread, { first: waitedMs.get(thread)?.first ?? ms, last: ms });
      } catch {
        // The thread has ended.
      }
    }
  };
  look();
  const timer = setInterval(look, 50);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return Math.max(0, ...[...waitedMs.values()].map(({ first, last }) => last - first));
    },
  };
}
