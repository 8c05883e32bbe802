import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../src/main/store/open/database.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import type { RunSummary } from "../../../src/shared/runs/run-records.ts";
import { machine, nativeBinding, notebookRun } from "../store/recorded-values.ts";
import { notebookSpec } from "./open-test-lab.ts";

// Numbers are items of the list of faults that were met.

const PROGRAM = resolve("out/main/lab.js");
const RUNS = 60;

/** With given kernels: those of a new database would be timed first. */
const TRAIN = ["train", "spec.json", "--json", "--threads", "1", "--kernels", "simd128"] as const;

let folder = "";
const mounts: string[] = [];
const at = (name: string): string => join(folder, name);

/** A database of runs whose JSON is far longer than a pipe holds, one with a name that would act on a terminal. */
function recordRuns(path: string): void {
  const store = openStore({ path, nativeBinding });
  store.saveMachine(machine);
  for (let i = 0; i < RUNS; i++) {
    const name = i === 0 ? "red \u001b[31m\u009b2J\u202e\nnext" : "x".repeat(4_000);
    const { id } = store.createRun({ ...notebookRun, name });
    store.finishRun(id, {
      status: "finished",
      summary: {},
      failure: null,
      finishedAt: "2026-11-23T05:00:00.000Z",
    });
  }
  store.close();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-ends-"));
  recordRuns(at("runs.sqlite"));
  writeFileSync(at("spec.json"), JSON.stringify(notebookSpec({ rows: 10_000, epochs: 500, lr: 0.001 })));
});
afterAll(() => {
  for (const place of mounts) execFileSync("umount", ["-l", place]);
  rmSync(folder, { recursive: true, force: true });
});

const lab = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", timeout: 120_000, maxBuffer: 1 << 26 });

const homeless = (home: string, ...args: string[]) =>
  spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: "utf8",
    timeout: 60_000,
    cwd: folder,
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: "" },
  });

/** A line of a shell in which `lab` is the command; `status` is that of the first command of a pipe. */
const shell = (line: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(
    "bash",
    ["-c", `lab() { "${process.execPath}" "${PROGRAM}" "$@"; }\n${line}\nexit \${PIPESTATUS[0]}`],
    {
      encoding: "utf8",
      timeout: 120_000,
      cwd: folder,
      maxBuffer: 1 << 26,
    },
  );

const runsOf = (database: string): RunSummary[] =>
  JSON.parse(lab("runs", "--json", "--database", database).stdout) as RunSummary[];

describe.skipIf(!existsSync("/proc/self"))("a home folder that can never be written", () => {
  // Where making a folder once went round for ever; a command that only reads has an empty list to show.
  it.each(["notebook", "gradcheck", "ladder", "tune", "train spec.json", "data import rows.csv"])(
    "fault 25: is said by lab %s, once, before anything is computed",
    (command) => {
      writeFileSync(at("rows.csv"), "x,y,label\n1,2,a\n3,4,b\n");
      const { status, stdout, stderr, signal } = homeless("/proc", ...command.split(" "));
      expect(signal).toBeNull();
      expect(stderr.match(/Runs cannot be saved in \/proc\/\.config\/Backprop Lab/g)).toHaveLength(1);
      expect(stderr).toMatch(/--database|another folder/);
      expect(stdout).toBe("");
      expect(status).toBe(1);
    },
  );

  it.each(["init", "runs", "doctor", "lessons", "trash", "data list"])("hinders lab %s not", (command) => {
    const { signal, stderr } = homeless("/proc", ...command.split(" "));
    expect(signal).toBeNull();
    expect(stderr).not.toContain("    at ");
  });
});

describe("22, case 49: a file that is no database of the app", () => {
  it.each(["runs", "doctor", "tune", "trash --empty", "export bundle --out bundle.json", "show nobody"])(
    "fault 20: is refused and left alone by lab %s",
    (command) => {
      writeFileSync(at("x.json"), '{"a": 1}');
      const before = readdirSync(folder);
      const { status, stderr } = lab(...command.split(" "), "--database", at("x.json"));
      expect(status).toBe(1);
      expect(stderr).toContain(at("x.json"));
      expect(readFileSync(at("x.json"), "utf8")).toBe('{"a": 1}');
      expect(readdirSync(folder)).toEqual(before);
    },
  );

  it("and reading changes nothing of a database, nor makes one", () => {
    const before = readFileSync(at("runs.sqlite"));
    const names = readdirSync(folder);
    for (const command of ["runs", "trash", "doctor", "export summary --out -"]) {
      expect(lab(...command.split(" "), "--database", at("runs.sqlite")).status, command).toBe(0);
    }
    const missing = lab("runs", "--database", at("typo.sqlite"));
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringContaining("there is no file of that name"),
    ]);
    expect(readFileSync(at("runs.sqlite")).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(names);
  });
});

describe("25: outputs and readers", () => {
  it.each([
    ["ladder --m 64 --k 64 --n 64 --csv", "ladder"],
    ["gradcheck --csv", "gradcheck"],
    ["train spec.json --csv", "train"],
  ])("case 38: lab %s says that a path cannot be written before it measures", (line) => {
    writeFileSync(at("file"), "");
    const { status, stderr } = shell(`lab ${line} file/x.csv --database measured.sqlite`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/file/);
    expect(runsOf(at("measured.sqlite"))).toEqual([]);
  });

  it("case 39: a training whose reader ends is quiet and kept as cancelled", () => {
    const { status, stdout, stderr } = shell(
      "lab train spec.json --json --threads 1 --kernels simd128 --database piped.sqlite | head -1",
    );
    expect(stderr).toBe("");
    expect(status).toBe(141);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(runsOf(at("piped.sqlite"))).toMatchObject([{ status: "cancelled", failure: null }]);
  });

  it.each(["runs --json", "export summary --out -"])("case 39: lab %s | head -1 is quiet", (command) => {
    const { status, stderr } = shell(`lab ${command} --database runs.sqlite | head -1`);
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("case 43: what lies in a read-only folder is read", (context) => {
    mkdirSync(at("mounted"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "tmpfs", at("mounted")], { stdio: "ignore" });
    } catch {
      return context.skip();
    }
    mounts.push(at("mounted"));
    writeFileSync(at("mounted/copy.sqlite"), readFileSync(at("runs.sqlite")));
    execFileSync("mount", ["-o", "remount,ro", at("mounted")]);
    expect(runsOf(at("mounted/copy.sqlite"))).toHaveLength(RUNS);
    const { status } = shell("lab export metrics --out - --database mounted/copy.sqlite");
    expect(status).toBe(0);
    expect(lab("tune", "--database", at("mounted/copy.sqlite")).stderr).toContain("EROFS");
  });
});

describe("27 and 28: where exports go", () => {
  const own = "--database runs.sqlite";

  it("a pipe and /dev/stdout get the bytes, and stay what they are", () => {
    execFileSync("mkfifo", [at("pipe")]);
    const piped = shell(`cat pipe > through & lab export summary --out pipe ${own}; wait`);
    expect(piped.stderr).toContain(`${RUNS} rows`);
    const direct = shell(`lab export summary --out /dev/stdout ${own} > redirected`);
    expect(direct.status).toBe(0);
    const dash = shell(`lab export summary --out - ${own}`).stdout;
    expect(readFileSync(at("through"), "utf8")).toBe(dash);
    expect(readFileSync(at("redirected"), "utf8")).toBe(dash);
    expect(shell(`lab export summary --out pipe ${own}`).stderr).toMatch(/ENXIO/);
  });

  it.each(["bundle", "database", "summary"])(
    "%s never goes onto the database, nor onto a file without --force",
    (what) => {
      const onto = shell(`lab export ${what} --out runs.sqlite --force ${own}`);
      expect([onto.status, onto.stderr]).toEqual([
        1,
        expect.stringContaining("belongs to the database itself"),
      ]);
      writeFileSync(at("there"), "earlier");
      expect(shell(`lab export ${what} --out there ${own}`).stderr).toMatch(/there already.*--force/);
      expect(readFileSync(at("there"), "utf8")).toBe("earlier");
      expect(shell(`lab export ${what} --out there --force ${own}`).status).toBe(0);
      expect(readFileSync(at("there")).length).toBeGreaterThan(1_000);
    },
  );

  it("nor onto the database without --force, which has lost nothing", () => {
    expect(shell(`lab export bundle --out runs.sqlite ${own}`).stderr).toContain(
      "belongs to the database itself",
    );
    expect(runsOf(at("runs.sqlite"))).toHaveLength(RUNS);
  });
});

it("29: JSON arrives whole at a reader that is slow", () => {
  const { stdout } = shell("lab runs --json --database runs.sqlite | (sleep 3; wc -c)");
  expect(Number(stdout)).toBe(
    Buffer.byteLength(lab("runs", "--json", "--database", at("runs.sqlite")).stdout),
  );
  expect(Number(stdout)).toBeGreaterThan(200_000);
});

describe("30: signals", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s, any number of times, cancels a training and ends with %i", async (signal, code) => {
    const database = at(`${signal}.sqlite`);
    const args = [...TRAIN, "--database", database];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = once(child, "exit");
    await once(child.stdout, "data");
    child.stdout.resume();
    child.stderr.resume();
    const again = setInterval(() => child.kill(signal), 5);
    child.kill(signal);
    const ended = await exited;
    clearInterval(again);
    expect(ended).toEqual([code, null]);
    expect(runsOf(database)).toMatchObject([{ status: "cancelled", failure: null }]);
  });

  it("fault 1: a run that was killed is shown as interrupted by commands that only read", async () => {
    const database = at("killed.sqlite");
    const args = [...TRAIN, "--database", database];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exited = once(child, "exit");
    await once(child.stdout, "data");
    child.stdout.resume();
    expect(runsOf(database)).toMatchObject([{ status: "running" }]);
    child.kill("SIGKILL");
    await exited;
    expect(runsOf(database)).toMatchObject([{ status: "interrupted" }]);
    expect(lab("runs", "status:interrupted", "--database", database).stdout).toContain("training-");
  });
});

describe("31: a damaged database is never opened without a word", () => {
  it("one cut in half: reading refuses and changes nothing, repair restores, both say so and end with 1", () => {
    const path = at("cut.sqlite");
    for (const suffix of ["", ".backup", ".lock"])
      writeFileSync(path + suffix, readFileSync(at(`runs.sqlite${suffix}`)));
    truncateSync(path, Math.floor(readFileSync(path).length / 8192) * 4096);
    const before = readFileSync(path);
    const read = lab("runs", "--database", path);
    expect([read.status, read.stderr]).toEqual([
      1,
      expect.stringMatching(/is damaged .*lab doctor --repair/s),
    ]);
    expect(readFileSync(path).equals(before)).toBe(true);
    const repaired = lab("doctor", "--repair", "--database", path);
    expect([repaired.status, repaired.stderr]).toEqual([1, expect.stringMatching(/kept as .*was restored/)]);
    expect(runsOf(path)).toHaveLength(RUNS);
  });

  it("one whose index misses rows, which a quick check does not see, is mended without losing a run", () => {
    const path = at("index.sqlite");
    writeFileSync(path, readFileSync(at("runs.sqlite")));
    const db = connect(path, { nativeBinding });
    (db as unknown as { unsafeMode(on: boolean): void }).unsafeMode(true);
    db.exec("PRAGMA writable_schema = ON");
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, '(kind,', '(name,') WHERE name = 'run_by_kind'");
    db.exec("PRAGMA writable_schema = OFF");
    db.close();
    const read = lab("runs", "--json", "--database", path);
    expect([read.status, read.stderr]).toEqual([1, expect.stringContaining("run_by_kind")]);
    expect(JSON.parse(read.stdout)).toHaveLength(RUNS);
    const repaired = lab("doctor", "--repair", "--database", path);
    expect([repaired.status, repaired.stderr]).toEqual([1, expect.stringContaining("nothing is missing")]);
    expect(runsOf(path)).toHaveLength(RUNS);
  });
});

describe("37", () => {
  it("nothing in a name acts on the terminal", () => {
    const { stdout } = lab("runs", "red", "--database", at("runs.sqlite"));
    expect(stdout).toContain("red \\u001b[31m\\u009b2J\\u202e\\u000anext");
    const json = lab("runs", "red", "--json", "--database", at("runs.sqlite")).stdout;
    expect((stdout + json).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect((JSON.parse(json) as RunSummary[])[0]?.name).toContain("\u009b2J");
  });

  it("trash --delete and --restore take nothing by a query without words", () => {
    for (const [option, query] of [
      ["--delete", ""],
      ["--restore", ""],
      ["--delete", "  "],
      ["--restore", '""'],
    ] as const) {
      const { status, stderr } = lab("trash", option, query, "--database", at("runs.sqlite"));
      expect([status, stderr]).toEqual([1, expect.stringContaining("would take every run")]);
    }
    expect(runsOf(at("runs.sqlite"))).toHaveLength(RUNS);
  });

  it("the trash of a database on a full disk can be emptied", (context) => {
    mkdirSync(at("full"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", at("full")], { stdio: "ignore" });
    } catch {
      return context.skip();
    }
    mounts.push(at("full"));
    const path = at("full/lab.sqlite");
    recordRuns(path);
    const deleted = lab("trash", "--delete", "xxx", "--database", path);
    expect([deleted.stderr, deleted.stdout]).toEqual(["", expect.stringContaining(`${RUNS - 1}`)]);
    spawnSync("dd", ["if=/dev/zero", `of=${at("full/filler")}`, "bs=1k"]);
    expect(existsSync(at("full/filler"))).toBe(true);
    expect(runsOf(path)).toHaveLength(1);
    const { status, stdout, stderr } = lab("trash", "--empty", "--database", path);
    expect([status, stderr, stdout]).toEqual([
      0,
      "",
      expect.stringMatching(/deleted for good: 59; [1-9]\d+ bytes freed/),
    ]);
    expect(runsOf(path)).toHaveLength(1);
  });
});
