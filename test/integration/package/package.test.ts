import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFuses, SHIPPED_FUSES } from "../../../scripts/package/fuses.mjs";
import { programOnPath } from "../../../scripts/setup/display.mjs";
import { projectPaths } from "../../../scripts/setup/project-paths.mjs";
import { COMMAND_NAMES } from "../../../src/main/cli/command-names.ts";

const canPack = process.platform === "linux" && programOnPath("dpkg-deb") !== undefined;
if (!canPack) process.stderr.write("package.test.ts is skipped: packages are made on Linux with dpkg-deb\n");

// Electron takes an archive for a folder, which cannot be removed then.
process.noAsar = true;

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-package-"));
const outDir = join(folder, "dist");
let appDir = "";
let deb = "";

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 100_000_000,
  });
  return { status, stdout, stderr };
}

/** Without packing tight, which costs a minute of a core. */
function pack(to: string): void {
  const program = join(projectPaths.projectDir, "scripts", "package.mjs");
  // The tests run in Electron as Node; the set-up asks for a Node of its own.
  const made = run("node", [program, "--only", "deb", "--level", "none", "--out", to]);
  expect(made.stderr).toContain("SHA256SUMS");
}

/** The packaged program with a profile of its own, without a display; root has no sandbox. */
function lab(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const own = {
    XDG_CONFIG_HOME: join(folder, "config"),
    DISPLAY: "",
    WAYLAND_DISPLAY: "",
    ELECTRON_RUN_AS_NODE: "",
  };
  return run(join(appDir, "backprop-lab"), [...root, ...args], { ...own, ...env });
}

describe.skipIf(!canPack)("npm run package", () => {
  beforeAll(() => {
    pack(outDir);
    const names = readdirSync(outDir);
    appDir = join(outDir, names.find((name) => /-linux-\w+$/.test(name)) ?? "");
    deb = join(outDir, names.find((name) => name.endsWith(".deb")) ?? "");
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("gives a folder of the app with nothing in it that is not needed", () => {
    const files = readdirSync(appDir, { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => name.endsWith(".map"))).toEqual([]);
    expect(files.filter((name) => /^locales\/.+/.test(name))).toEqual(["locales/en-US.pak"]);
    expect(files).toEqual(
      expect.arrayContaining([
        "resources/app.asar",
        "resources/data/mnist/train-images-idx3-ubyte",
        "resources/lessons/10-autograd.lab.ts",
        "resources/licences/backprop-lab.txt",
        "resources/licences/packages.txt",
        "resources/licences/electron.txt",
        "resources/licences/chromium.html",
      ]),
    );
    const licences = readFileSync(join(appDir, "resources/licences/packages.txt"), "utf8");
    // Loaded, and bundled into the page.
    for (const name of ["better-sqlite3", "react", "katex"]) expect(licences).toContain(`\n${name} `);
    expect(licences).not.toContain("\nvitest ");
  });

  test("sets the fuses of a shipped app", async () => {
    const wanted = Object.entries(SHIPPED_FUSES).map(([name, on]) => [name, on ? "on" : "off"]);
    expect(await readFuses(join(appDir, "backprop-lab"))).toEqual(Object.fromEntries(wanted));
  });

  test("the program says its version, is no Node, and says in words that it needs a display", () => {
    const { version } = JSON.parse(readFileSync(join(projectPaths.projectDir, "package.json"), "utf8")) as {
      version: string;
    };
    expect(lab(["--version"]).stdout).toContain(`backprop-lab ${version} `);
    const asNode = lab(["-e", "console.log('ran as ' + 'Node')"], { ELECTRON_RUN_AS_NODE: "1" });
    expect(asNode.stdout).not.toContain("ran as Node");
    const windowless = lab([]);
    expect(windowless.stderr).toMatch(/no display here.*backprop-lab --help/s);
    expect(windowless.status).toBe(1);
    const mistyped = lab(["trian", "spec.json"]);
    expect(mistyped.stderr).toContain("Did you mean train?");
    expect(mistyped.status).toBe(2);
  });

  test("commands run without a display, with the package's own addon, data and workers", () => {
    const evil = join(folder, "evil.node");
    writeFileSync(evil, "no library");
    const doctor = lab(["doctor", "--json"], {
      BACKPROP_LAB_NATIVE_BINDING: evil,
      BACKPROP_LAB_RUNTIME_SOURCE: "evil",
    });
    expect(JSON.parse(doctor.stdout)).toMatchObject({ runtimeSource: "packaged", pool: { healthy: true } });
    expect(doctor.status).toBe(0);
    const check = lab(["gradcheck", "--rows", "64", "--coordinates", "5", "--reference", "tfjs", "--json"]);
    expect(check.stderr).not.toMatch(/wasm|Cannot find/);
    expect(check.status).toBe(0);
    expect(existsSync(join(folder, "config", "Backprop Lab", "lab.sqlite"))).toBe(true);
  });

  test("the .deb holds program, helper, menu entry, types, icons, manual page and completions", () => {
    const list = run("dpkg-deb", ["--contents", deb]).stdout;
    expect(list).toMatch(/^-rwsr-xr-x root\/root .* \.\/usr\/lib\/backprop-lab\/chrome-sandbox$/m);
    expect(list).toMatch(/\.\/usr\/bin\/backprop-lab -> \.\.\/lib\/backprop-lab\/backprop-lab$/m);
    for (const file of [
      "etc/apparmor.d/backprop-lab",
      "usr/share/applications/backprop-lab.desktop",
      "usr/share/mime/packages/backprop-lab.xml",
      "usr/share/metainfo/io.github.backprop_lab.BackpropLab.metainfo.xml",
      "usr/share/icons/hicolor/16x16/apps/backprop-lab.png",
      "usr/share/icons/hicolor/512x512/apps/backprop-lab.png",
      "usr/share/man/man1/backprop-lab.1.gz",
      "usr/share/bash-completion/completions/backprop-lab",
      "usr/share/zsh/vendor-completions/_backprop-lab",
      "usr/share/fish/vendor_completions.d/backprop-lab.fish",
    ]) {
      expect(list).toContain(` ./${file}\n`);
    }
    expect(run("dpkg-deb", ["--field", deb, "Depends"]).stdout).toContain("libgtk-3-0t64 | libgtk-3-0");
  });

  test("completions come from commander's tree, and bash completes with them", () => {
    const script = join(folder, "completion.bash");
    writeFileSync(script, lab(["completion", "bash"]).stdout);
    const complete = (...words: string[]) => {
      const line = `source "$0"; COMP_WORDS=(backprop-lab "$@"); COMP_CWORD=$#; _backprop_lab; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return run("bash", ["-c", line, script, ...words])
        .stdout.trim()
        .split("\n");
    };
    expect(complete("gradch")).toEqual(["gradcheck"]);
    expect(complete("gradcheck", "--ref")).toEqual(["--reference"]);
    expect(complete("gradcheck", "--reference", "tf")).toEqual(["tfjs"]);
    expect(complete("lessons", "gr")).toEqual(["grade"]);
    // The words that open no window are those that commander knows.
    const shown = complete("").filter((word) => !word.startsWith("-"));
    expect([...shown, "man-page"].sort()).toEqual([...COMMAND_NAMES].sort());
  });

  test("the same sources give the same bytes", () => {
    const again = join(folder, "again");
    pack(again);
    const sums = readFileSync(join(again, "SHA256SUMS"), "utf8");
    expect(sums).toBe(readFileSync(join(outDir, "SHA256SUMS"), "utf8"));
    const digest = createHash("sha256").update(readFileSync(deb)).digest("hex");
    expect(sums).toContain(digest);
  }, 600_000);
});
