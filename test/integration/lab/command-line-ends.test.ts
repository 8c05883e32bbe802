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
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { Interruption, type InterruptionKind } from "../../../src/main/cli/interruption.ts";
import { inLab } from "../../../src/main/cli/in-lab.ts";
import { EXPORTED } from "../../../src/main/cli/export-command.ts";
import { EXPORTS } from "../../../src/shared/runs/run-exports.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import type { RunSummary } from "../../../src/shared/runs/run-records.ts";
import { machine, nativeBinding, notebookRun } from "../store/recorded-values.ts";
import { labHere, labUntil, type Ended } from "./lab-here.ts";
import { makeTuned, notebookSpec } from "./open-test-lab.ts";

// Numbers are items of the list of faults that were met.

const PROGRAM = resolve("out/main/lab.js");
const RUNS = 60;

/** With given kernels: those of a new database would be timed first. */
const TRAIN = ["train", "spec.json", "--json", "--threads", "1", "--kernels", "simd128"] as const;

let folder = "";
const mounts: string[] = [];
const at = (name: string): string => join(folder, name);

/** A database of runs whose JSON is far longer than a pipe holds, one with a name that would act on a terminal. */
async function recordRuns(path: string): Promise<void> {
  await makeTuned(path);
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

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-ends-"));
  await recordRuns(at("runs.sqlite"));
  await makeTuned(at("measured.sqlite"));
  writeFileSync(at("spec.json"), JSON.stringify(notebookSpec({ rows: 10_000, epochs: 500, lr: 0.001 })));
});
afterAll(() => {
  for (const place of mounts) execFileSync("umount", ["-l", place]);
  rmSync(folder, { recursive: true, force: true });
});

/** The words of a command; files are those of the folder. */
const words = (command: string): string[] =>
  command.split(" ").map((word) => (word.includes(".") ? at(word) : word));
const on = (database: string, command: string): Promise<Ended> =>
  labHere(...words(command), "--database", at(database));

/** A line of a shell in which `lab` is the command; `status` is that of the first command of a pipe. */
const shell = (line: string): Ended =>
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

const runsOf = async (database: string): Promise<RunSummary[]> =>
  JSON.parse((await on(database, "runs --json")).stdout) as RunSummary[];

describe.skipIf(!existsSync("/proc/self"))("a home folder that can never be written", () => {
  beforeAll(() => writeFileSync(at("rows.csv"), "x,y,label\n1,2,a\n3,4,b\n"));
  const homeless = { HOME: "/proc", XDG_CONFIG_HOME: "" };
  const here = (command: string): Promise<Ended> => {
    for (const [name, value] of Object.entries(homeless)) vi.stubEnv(name, value);
    return labHere(...words(command));
  };
  afterEach(() => vi.unstubAllEnvs());
  const refused = ({ status, stdout, stderr }: Ended): void => {
    expect(stderr.match(/Runs cannot be saved in \/proc\/\.config\/Backprop Lab/g)).toHaveLength(1);
    expect(stderr).toMatch(/--database|another folder/);
    expect(stdout).toBe("");
    expect(status).toBe(1);
  };

  // Where making a folder once went round for ever; a command that only reads has an empty list to show.
  it("ends the process with 1", () => {
    const env = { ...process.env, ...homeless };
    const options = { encoding: "utf8", timeout: 60_000, env } as const;
    const ended = spawnSync(process.execPath, [PROGRAM, "notebook"], options);
    expect(ended.signal).toBeNull();
    refused(ended);
  });

  it.each(["notebook", "gradcheck", "ladder", "tune", "train spec.json", "data import rows.csv"])(
    "fault 25: is said by lab %s, once, before anything is computed",
    async (command) => {
      refused(await here(command));
    },
  );

  it.each(["init --threads 1", "runs", "doctor", "lessons", "trash", "data list"])(
    "hinders lab %s not",
    async (command) => {
      expect((await here(command)).stderr).not.toContain("    at ");
    },
  );
});

describe("22, case 49: a file that is no database of the app", () => {
  it.each(["runs", "doctor", "tune", "trash --empty", "export bundle --out bundle.json", "show nobody"])(
    "fault 20: is refused and left alone by lab %s",
    async (command) => {
      writeFileSync(at("x.json"), '{"a": 1}');
      const before = readdirSync(folder);
      const { status, stderr } = await on("x.json", command);
      expect(status).toBe(1);
      expect(stderr).toContain(at("x.json"));
      expect(readFileSync(at("x.json"), "utf8")).toBe('{"a": 1}');
      expect(readdirSync(folder)).toEqual(before);
    },
  );

  it("and reading changes nothing of a database, nor makes one", async () => {
    const before = readFileSync(at("runs.sqlite"));
    const names = readdirSync(folder);
    for (const command of ["runs", "trash", "doctor", "export summary --out -"]) {
      expect((await on("runs.sqlite", command)).status, command).toBe(0);
    }
    const missing = await on("typo.sqlite", "runs");
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
  ])("case 38: lab %s says that a path cannot be written before it measures", async (line) => {
    writeFileSync(at("file"), "");
    const { status, stderr } = await on("measured.sqlite", `${line} file/x.csv`);
    expect(status).toBe(1);
    expect(stderr).toContain(at("file"));
    expect(await runsOf("measured.sqlite")).toEqual([]);
  });

  it("case 39: a training whose reader ends is quiet and kept as cancelled", async () => {
    const { status, stdout, stderr } = shell(
      "lab train spec.json --json --threads 1 --kernels simd128 --database piped.sqlite | head -1",
    );
    expect(stderr).toBe("");
    expect(status).toBe(141);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(await runsOf("piped.sqlite")).toMatchObject([{ status: "cancelled", failure: null }]);
  });

  it.each(["runs --json", "export summary --out -"])("case 39: lab %s | head -1 is quiet", (command) => {
    const { status, stderr } = shell(`lab ${command} --database runs.sqlite | head -1`);
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("case 43: what lies in a read-only folder is read", async (context) => {
    mkdirSync(at("mounted"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "tmpfs", at("mounted")], { stdio: "ignore" });
    } catch {
      return context.skip();
    }
    mounts.push(at("mounted"));
    writeFileSync(at("mounted/copy.sqlite"), readFileSync(at("runs.sqlite")));
    execFileSync("mount", ["-o", "remount,ro", at("mounted")]);
    expect(await runsOf("mounted/copy.sqlite")).toHaveLength(RUNS);
    const { status } = await on("mounted/copy.sqlite", "export metrics --out -");
    expect(status).toBe(0);
    expect((await on("mounted/copy.sqlite", "tune")).stderr).toContain("EROFS");
  });
});

describe("27 and 28: where exports go", () => {
  const own = "--database runs.sqlite";

  it.each(["trash --empty", "import somewhere.json"])(
    "lab %s says of a database of a newer schema why nothing was changed",
    async (command) => {
      writeFileSync(at("newer.sqlite"), readFileSync(at("runs.sqlite")));
      const db = connect(at("newer.sqlite"), { nativeBinding });
      db.exec("PRAGMA user_version = 99");
      db.close();
      writeFileSync(at("somewhere.json"), '{"format":"backprop-lab-bundle"}\n');
      const { status, stderr } = await on("newer.sqlite", command);
      expect(status).toBe(1);
      expect(stderr).toMatch(/newer version of the app \(schema 99.*Update the app/);
    },
  );

  it.skipIf(process.platform !== "linux").each(["runs --json", "data list", "trash"])(
    "lab %s > /dev/full says that there was no room, and ends with 1",
    (command) => {
      const { status, stderr } = shell(`lab ${command} --database runs.sqlite > /dev/full`);
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining("The output could not be written: ENOSPC"),
      ]);
    },
  );

  it("a pipe and /dev/stdout get the bytes, and stay what they are", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    const piped = shell(`cat pipe > through & lab export summary --out pipe ${own}; wait`);
    expect(piped.stderr).toContain(`${RUNS} rows`);
    const direct = shell(`lab export summary --out /dev/stdout ${own} > redirected`);
    expect(direct.status).toBe(0);
    const dash = (await on("runs.sqlite", "export summary --out -")).stdout;
    expect(readFileSync(at("through"), "utf8")).toBe(dash);
    expect(readFileSync(at("redirected"), "utf8")).toBe(dash);
    expect(
      (await labHere("export", "summary", "--out", at("pipe"), "--database", at("runs.sqlite"))).stderr,
    ).toMatch(/ENXIO/);
  });

  it.each(["bundle", "database", "summary"])(
    "%s never goes onto the database, nor onto a file without --force",
    async (what) => {
      const onto = await on("runs.sqlite", `export ${what} --out runs.sqlite --force`);
      expect([onto.status, onto.stderr]).toEqual([
        1,
        expect.stringContaining("belongs to the database itself"),
      ]);
      writeFileSync(at("there.csv"), "earlier");
      const out = `export ${what} --out there.csv`;
      expect((await on("runs.sqlite", out)).stderr).toMatch(/there already.*--force/);
      expect(readFileSync(at("there.csv"), "utf8")).toBe("earlier");
      expect((await on("runs.sqlite", `${out} --force`)).status).toBe(0);
      expect(readFileSync(at("there.csv")).length).toBeGreaterThan(1_000);
    },
  );

  it("nor onto the database without --force, which has lost nothing", async () => {
    expect((await on("runs.sqlite", "export bundle --out runs.sqlite")).stderr).toContain(
      "belongs to the database itself",
    );
    expect(await runsOf("runs.sqlite")).toHaveLength(RUNS);
  });
});

it("29: JSON arrives whole at a reader that is slow", async () => {
  const { stdout } = shell("lab runs --json --database runs.sqlite | (sleep 3; wc -c)");
  expect(Number(stdout)).toBe(Buffer.byteLength((await on("runs.sqlite", "runs --json")).stdout));
  expect(Number(stdout)).toBeGreaterThan(200_000);
});

describe("30: signals", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s, any number of times, cancels a training and ends with %i", async (signal, code) => {
    const database = `${signal}.sqlite`;
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
    expect(await runsOf(database)).toMatchObject([{ status: "cancelled", failure: null }]);
  });

  it("fault 1: a run that was killed is shown as interrupted by commands that only read", async () => {
    const database = "killed.sqlite";
    const args = [...TRAIN, "--database", database];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exited = once(child, "exit");
    await once(child.stdout, "data");
    child.stdout.resume();
    expect(await runsOf(database)).toMatchObject([{ status: "running" }]);
    child.kill("SIGKILL");
    await exited;
    expect(await runsOf(database)).toMatchObject([{ status: "interrupted" }]);
    expect((await on(database, "runs status:interrupted")).stdout).toContain("training-");
  });
});

describe("work that is cut short and leaves nothing", () => {
  /** Asks for the end again and again from when the command listens, which its first step follows at once. */
  function asked(kind: InterruptionKind): Interruption {
    const interruption = new Interruption();
    const listen = interruption.listen.bind(interruption);
    vi.spyOn(interruption, "listen").mockImplementation((listener) => {
      listen(listener);
      const asking = setInterval(() => interruption.request(kind));
      onTestFinished(() => clearInterval(asking));
    });
    return interruption;
  }

  it.each([
    ["SIGINT", "init --threads 1", 130, "lab: cancelled\n"],
    ["SIGTERM", "bench --threads 1", 143, "lab: cancelled\n"],
    ["SIGPIPE", "init --threads 1 --json", 141, ""],
  ] as const)("%s ends lab %s with %i, not as a failure", async (kind, command, code, said) => {
    const args = [...words(command), "--database", at("measured.sqlite")];
    const { status, stdout, stderr } = await labUntil(asked(kind), ...args);
    expect([status, stdout, stderr]).toEqual([code, "", said]);
  });

  it("SIGINT before a command's first activity, as while the ladder looks for PyTorch, is not lost", async () => {
    const interruption = new Interruption();
    const codes: number[] = [];
    const place = { appPath: resolve("."), packagedIn: null };
    const host = { place, interruption, setExitCode: (code: number) => void codes.push(code) };
    const statuses: string[] = [];
    await inLab(
      host,
      { database: at("before.sqlite"), threads: 1, kernels: "simd128" },
      async ({ training }) => {
        interruption.request("SIGINT");
        const spec = notebookSpec({ rows: 10_000, epochs: 500, lr: 0.001 });
        const started = training.start({ spec, threads: 1, again: true });
        statuses.push((await started.done).status);
        return 0;
      },
    );
    expect([statuses, codes]).toEqual([["cancelled"], [130]]);
  });

  it.each(EXPORTED)("SIGINT stops lab export %s, which leaves what was there", async (what) => {
    const out = at(`stopped-${what}`);
    const folder = EXPORTS[what].extension === "folder";
    if (!folder) writeFileSync(out, "earlier");
    const args = ["export", what, "--out", out, "--force", "--database", at("runs.sqlite")];
    const { status, stdout, stderr } = await labUntil(asked("SIGINT"), ...args);
    expect([status, stdout, stderr]).toEqual([130, "", "lab: cancelled\n"]);
    if (!folder) expect(readFileSync(out, "utf8")).toBe("earlier");
    expect(
      readdirSync(at("."), { recursive: true }).filter((name) => String(name).endsWith(".part")),
    ).toEqual([]);
  });
});

describe("31: a damaged database is never opened without a word", () => {
  it("one cut in half: reading refuses and changes nothing, repair restores, both say so and end with 1", async () => {
    const database = "cut.sqlite";
    const path = at(database);
    for (const suffix of ["", ".backup", ".lock"])
      writeFileSync(path + suffix, readFileSync(at(`runs.sqlite${suffix}`)));
    truncateSync(path, Math.floor(readFileSync(path).length / 8192) * 4096);
    const before = readFileSync(path);
    const read = await on(database, "runs");
    expect([read.status, read.stderr]).toEqual([
      1,
      expect.stringMatching(/is damaged .*lab doctor --repair/s),
    ]);
    expect(readFileSync(path).equals(before)).toBe(true);
    const repaired = await on(database, "doctor --repair");
    expect([repaired.status, repaired.stderr]).toEqual([1, expect.stringMatching(/kept as .*was restored/)]);
    expect(await runsOf(database)).toHaveLength(RUNS);
  });

  it("one whose index misses rows, which a quick check does not see, is mended without losing a run", async () => {
    const database = "index.sqlite";
    const path = at(database);
    writeFileSync(path, readFileSync(at("runs.sqlite")));
    const db = connect(path, { nativeBinding });
    (db as unknown as { unsafeMode(on: boolean): void }).unsafeMode(true);
    db.exec("PRAGMA writable_schema = ON");
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, '(kind,', '(name,') WHERE name = 'run_by_kind'");
    db.exec("PRAGMA writable_schema = OFF");
    db.close();
    const read = await on(database, "runs --json");
    expect([read.status, read.stderr]).toEqual([1, expect.stringContaining("run_by_kind")]);
    expect(JSON.parse(read.stdout)).toHaveLength(RUNS);
    const repaired = await on(database, "doctor --repair");
    expect([repaired.status, repaired.stderr]).toEqual([1, expect.stringContaining("nothing is missing")]);
    expect(await runsOf(database)).toHaveLength(RUNS);
  });
});

describe("37", () => {
  it("nothing in a name acts on the terminal", async () => {
    const { stdout } = await on("runs.sqlite", "runs red");
    expect(stdout).toContain("red \\u001b[31m\\u009b2J\\u202e\\u000anext");
    const json = (await on("runs.sqlite", "runs red --json")).stdout;
    expect((stdout + json).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect((JSON.parse(json) as RunSummary[])[0]?.name).toContain("\u009b2J");
  });

  it("trash --delete and --restore take nothing by a query without words", async () => {
    for (const [option, query] of [
      ["--delete", ""],
      ["--restore", ""],
      ["--delete", "  "],
      ["--restore", '""'],
    ] as const) {
      const { status, stderr } = await labHere("trash", option, query, "--database", at("runs.sqlite"));
      expect([status, stderr]).toEqual([2, expect.stringContaining("would take every run")]);
    }
    expect(await runsOf("runs.sqlite")).toHaveLength(RUNS);
  });

  it("the trash of a database on a full disk can be emptied", async (context) => {
    mkdirSync(at("full"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", at("full")], { stdio: "ignore" });
    } catch {
      return context.skip();
    }
    mounts.push(at("full"));
    const database = "full/lab.sqlite";
    await recordRuns(at(database));
    const deleted = await on(database, "trash --delete xxx");
    expect([deleted.stderr, deleted.stdout]).toEqual(["", expect.stringContaining(`${RUNS - 1}`)]);
    spawnSync("dd", ["if=/dev/zero", `of=${at("full/filler")}`, "bs=1k"]);
    expect(existsSync(at("full/filler"))).toBe(true);
    expect(await runsOf(database)).toHaveLength(1);
    const { status, stdout, stderr } = await on(database, "trash --empty");
    expect([status, stderr, stdout]).toEqual([
      0,
      "",
      expect.stringMatching(/deleted for good: 59; [1-9][\d.]* kB freed/),
    ]);
    expect(await runsOf(database)).toHaveLength(1);
  });
});
