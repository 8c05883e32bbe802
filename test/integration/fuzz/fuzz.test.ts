import { setImmediate as nextTurn } from "node:timers/promises";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../thorough.ts";
import { IMPORTER_TARGETS } from "./importer-targets.ts";
import { isRefusal, WrongAcceptance } from "./fuzz-target.ts";
import { FUZZ_TARGETS } from "./fuzz-targets.ts";
import { mutate } from "./mutate.ts";

/** Set by `npm run fuzz`; a thorough test takes 2,000 inputs of each target, fewer of those that say so, a plain one a tenth. */
const { FUZZ_TARGET, FUZZ_SECONDS, FUZZ_SEED, FUZZ_INPUTS } = process.env;
const SECONDS = Number(FUZZ_SECONDS ?? Infinity);
const INPUTS = 2_000;
const FIRST_SEED = Number(FUZZ_SEED ?? 14);
/** Processor time of one input: the clock would count the machine's other work too. */
const MOST_MS = 5_000;
const MOST_GROWTH_BYTES = 1e9;
/** Files that may be open more than before, of what the rest of the process does. */
const MOST_OPEN_MORE = 20;
const openFiles = (): number => (existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0);

/** Files of a few kilobytes that live for milliseconds: where there is a file system in memory, no disk is waited for. */
const PLACE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let root = "";
const unhandled: unknown[] = [];
const hear = (reason: unknown): void => void unhandled.push(reason);
beforeAll(() => {
  root = mkdtempSync(join(PLACE, "backprop-lab-fuzz-"));
  process.on("unhandledRejection", hear);
});
afterAll(() => {
  process.off("unhandledRejection", hear);
  rmSync(root, { recursive: true, force: true });
});

describe("damaged input is refused in words or read rightly (issue 14, faults 19, 28 to 35)", () => {
  const chosen = Object.entries({ ...FUZZ_TARGETS, ...IMPORTER_TARGETS }).filter(
    ([name]) => FUZZ_TARGET === undefined || name === FUZZ_TARGET,
  );
  it.each(chosen)(
    "%s",
    async (name, { sound, read, inputs = INPUTS }) => {
      const own = times(Math.ceil(inputs / 10), inputs);
      const most = Number(FUZZ_INPUTS ?? (FUZZ_SECONDS === undefined ? own : Infinity));
      const folder = mkdtempSync(join(root, `${name}-`));
      const input = await sound(folder);
      await read(input, folder);
      const beganMs = performance.now();
      const beganBytes = process.memoryUsage.rss();
      const beganOpen = openFiles();
      let [taken, refused, longestMs, slowest] = [0, 0, 0, FIRST_SEED];
      for (let n = 0; n < most && performance.now() - beganMs < 1000 * SECONDS; n++) {
        const started = process.cpuUsage();
        try {
          await read(mutate(input, FIRST_SEED + n), folder);
          taken++;
        } catch (error) {
          if (error instanceof WrongAcceptance || !isRefusal(error)) {
            throw new Error(`${name}, seed ${FIRST_SEED + n}: ${String(error)}`, { cause: error });
          }
          refused++;
        }
        const { user, system } = process.cpuUsage(started);
        const ms = (user + system) / 1000;
        if (ms > longestMs) [longestMs, slowest] = [ms, FIRST_SEED + n];
        // What a closed database leaves to the event loop is freed when that turns, as it does in the app.
        await nextTurn();
      }
      const growthBytes = process.memoryUsage.rss() - beganBytes;
      const openMore = openFiles() - beganOpen;
      process.stdout.write(
        `${name}: ${taken} taken, ${refused} refused, longest ${longestMs.toFixed(0)} ms of processor time (seed ${slowest}), memory grew by ${(growthBytes / 1e6).toFixed(0)} MB, ${openMore} more files open\n`,
      );
      expect(longestMs).toBeLessThan(MOST_MS);
      expect(growthBytes).toBeLessThan(MOST_GROWTH_BYTES);
      expect(openMore).toBeLessThan(MOST_OPEN_MORE);
      expect(unhandled).toEqual([]);
    },
    Number.isFinite(SECONDS) ? 1000 * (SECONDS + 120) : 86_400_000,
  );
});
