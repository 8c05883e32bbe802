import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { freeReserve, keepReserve, reservePath } from "../../../src/main/store/open/reserve.ts";
import { findDamage } from "../../../src/main/store/thread/maintenance.ts";
import { times } from "../../thorough.ts";
import { machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
const RUNS = 5;
const POINTS = 20_000;
const KILLS = times(6, 25);
/** Inside the project, so that the bundle finds the packages it leaves out. */
const outDir = resolve(`.cache/killed-emptier-${process.pid}`);

let disk: string | null = null;
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL("./killed-emptier.ts", import.meta.url)),
      outDir,
      target: "node20",
      rolldownOptions: { output: { entryFileNames: "killed-emptier.mjs" } },
    },
  });
});
afterEach(() => {
  if (disk !== null) execFileSync("umount", ["-l", disk]);
  disk = null;
});
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

/** One run that stays, and `RUNS` in the trash. @returns their ids. */
function record(path: string): { kept: string; trash: string[] } {
  const store = folder.open(path);
  store.saveMachine(machine);
  const ids = Array.from({ length: RUNS + 1 }, () => {
    const { id } = store.createRun(notebookRun);
    store.addMetrics(
      id,
      Array.from({ length: POINTS }, (_, step) => ({ name: "loss", step, epoch: 0, value: step, wallMs: 1 })),
    );
    store.finishRun(id, {
      status: "finished",
      failure: null,
      summary: {},
      finishedAt: notebookRun.startedAt,
    });
    return id;
  });
  const [kept = "", ...trash] = ids;
  store.changeRuns(trash, { deleted: true });
  store.close();
  return { kept, trash };
}

const emptier = (path: string, runIds: readonly string[]) =>
  spawn(process.execPath, [join(outDir, "killed-emptier.mjs"), path, ...runIds], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });

function damageOf(path: string): readonly string[] {
  const db = connect(path, { nativeBinding });
  try {
    return findDamage(db);
  } finally {
    db.close();
  }
}

test(`item 37: killed ${KILLS} times while it empties the trash of a full disk, the file stays sound`, async (context) => {
  const image = folder.file("image.sqlite");
  const { kept, trash } = record(image);
  const place = folder.file("disk");
  mkdirSync(place);
  const sizeBytes = statSync(image).size + statSync(reservePath(image)).size + 400_000;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", place], { stdio: "ignore" });
  } catch {
    return context.skip();
  }
  disk = place;
  const path = join(place, "lab.sqlite");
  const filler = join(place, "filler");
  const stream = randomStream(37);
  let cutShort = 0;
  /** How long it takes here when nothing kills it: the first one is left to end. */
  let wholeMs = 0;
  for (let kill = 0; kill <= KILLS; kill++) {
    execFileSync("sh", ["-c", `rm -rf "${place}"/*`]);
    copyFileSync(image, path);
    copyFileSync(reservePath(image), reservePath(path));
    spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=1k"]);
    const child = emptier(path, trash);
    const exited = once(child, "close");
    let complaint = "";
    child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    expect(said.toString()).toBe("begun\n");
    const begun = performance.now();
    if (kill > 0) {
      // The first kill comes at once, the others anywhere in that time.
      await delay(kill === 1 ? 0 : Math.floor(stream.next() * wholeMs));
      child.kill("SIGKILL");
    }
    await exited;
    if (kill === 0) wholeMs = performance.now() - begun;
    if (child.exitCode !== null) expect([child.exitCode, complaint]).toEqual([0, ""]);
    rmSync(filler);
    expect(damageOf(path)).toEqual([]);
    const store = folder.open(path);
    expect(store.getMetrics(kept)).toHaveLength(POINTS);
    const left = store.info().runs - 1;
    if (child.exitCode === null) cutShort += left > 0 ? 1 : 0;
    else expect(left).toBe(0);
    store.close();
  }
  expect(cutShort).toBeGreaterThan(0);
}, 300_000);

test("the reserve is the app's own file, made once, and no other file of its name is touched", () => {
  const path = folder.file();
  folder.open(path).close();
  expect(readFileSync(reservePath(path)).toString("latin1", 0, 17)).toBe("Backprop Lab keep");
  expect(statSync(reservePath(path)).mode & 0o777).toBe(0o600);
  freeReserve(path);
  expect(existsSync(reservePath(path))).toBe(false);
  writeFileSync(reservePath(path), "a person's");
  keepReserve(path);
  freeReserve(path);
  expect(readFileSync(reservePath(path), "utf8")).toBe("a person's");
});
