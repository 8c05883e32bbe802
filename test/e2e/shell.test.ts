import { NOTEBOOK_SPEC } from "../../src/shared/specs/notebook-spec.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { channelOf } from "../../src/shared/ipc/ipc-contract.ts";
import { appCommand, launchApp, type LaunchedApp } from "./launch-app.ts";
import { answerDialogs, dialogsAsked } from "./answer-dialogs.ts";
import { showView } from "./drive-window.ts";
import { takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

declare global {
  interface Window {
    lab: LabBridge;
    commands: string[];
  }
}

let scratchDir: string;
let profile: string;
let launched: LaunchedApp | null = null;

function newProfile(): void {
  scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-shell-"));
  profile = join(scratchDir, "profile");
  mkdirSync(profile);
}

async function closeAndForget(): Promise<void> {
  await launched?.close();
  launched = null;
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function launch(notebook: "empty" | "shipped" = "empty"): Promise<LaunchedApp> {
  await launched?.close();
  launched = await launchApp({ userDataDir: profile, notebook });
  return launched;
}

/** Starts the app without a debugger and gives everything it printed, and its exit code once it ended. */
function spawnApp(args: readonly string[]) {
  const command = appCommand(profile, args);
  const child = spawn(command.executablePath, command.args, {
    env: command.env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  return { child, stdout: () => stdout, exit: once(child, "exit").then(([code]) => code as number | null) };
}

/** Main's answer to this call is kept back from now on. @returns gives it, and the same one whenever it is asked for again. */
async function holdAnswer({ app, page }: LaunchedApp, call: "diagnosticsGet" | "runsList") {
  const answer = await page.evaluate(async (name): Promise<unknown> => window.lab[name](), call);
  await app.evaluate(
    ({ ipcMain }, given) => {
      ipcMain.removeHandler(given.channel);
      ipcMain.handle(
        given.channel,
        () =>
          new Promise((resolve) => Object.assign(globalThis, { giveAnswer: () => resolve(given.answer) })),
      );
    },
    { channel: channelOf(call), answer },
  );
  return () =>
    app.evaluate(
      ({ ipcMain }, given) => {
        (globalThis as unknown as { giveAnswer: () => void }).giveAnswer();
        ipcMain.removeHandler(given.channel);
        ipcMain.handle(given.channel, () => given.answer);
      },
      { channel: channelOf(call), answer },
    );
}

/** Starts a training long enough to still be on when the test quits. */
async function startLongTraining({ page }: LaunchedApp): Promise<void> {
  const request = { spec: { ...NOTEBOOK_SPEC, seed: 7, epochs: 1_000 }, threads: 1 };
  const answer = await page.evaluate((given) => window.lab.trainingStart(given), request);
  expect(answer).toMatchObject({ ok: true });
  await expect
    .poll(() => page.evaluate(async () => window.lab.activityState()), { timeout: 30_000 })
    .toMatchObject({ ok: true, value: { kind: "training" } });
}

describe("one window after the other in a profile whose window.json is damaged", () => {
  let lab: LaunchedApp;
  beforeAll(async () => {
    newProfile();
    writeFileSync(join(profile, "window.json"), "{ damaged");
    lab = await launch("shipped");
  });
  afterAll(closeAndForget);

  test("fault 27: a damaged window.json is kept as .bad and the window opens with defaults", async () => {
    expect(readFileSync(join(profile, "window.json.bad"), "utf8")).toBe("{ damaged");
    expect(await lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test("the tour leads through three views at the first start, is over for good, and can be taken again", async () => {
    const { page } = lab;
    const tour = page.getByRole("region", { name: "Tour" });
    await tour.getByText("1 of 3").waitFor();
    await tour.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "Train", level: 1 }).waitFor();
    await takeScreenshot(page, "tour");
    await tour.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
    await tour.getByRole("button", { name: "Done" }).click();
    expect(await tour.count()).toBe(0);
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await tour.count()).toBe(0);
    await page.getByRole("button", { name: "Command palette" }).click();
    // A notebook that comes with the app has no versions.
    await page.keyboard.type("versions");
    await page.getByText("Not possible now: Show the versions of the notebook.").waitFor();
    await page.getByRole("combobox", { name: "Find a command" }).fill("show the tour");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Notebook", level: 1 }).waitFor();
    await tour.getByRole("button", { name: "Skip the tour" }).click();
    expect(await tour.count()).toBe(0);
  });

  test("fault 12: a second instance says so, ends with 0, brings the first to the front and hands its files over; so does a double click on macOS", async () => {
    const { app, page } = lab;
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const notebook = (title: string) => {
      const file = join(scratchDir, `${title}.lab.ts`);
      writeFileSync(file, `// lab notebook 1 · title: ${title}\n// %% code id=a\nprint(1);\n`);
      return file;
    };
    const second = spawnApp([notebook("Named")]);
    expect(await second.exit).toBe(0);
    expect(second.stdout()).toContain("already running");
    await expect
      .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized()))
      .toBe(false);
    await page
      .getByText(/A copy is kept.*Named\.lab\.ts/)
      .first()
      .waitFor();
    // What macOS tells the app, Linux never does.
    await app.evaluate(({ app: electron }, file) => {
      electron.emit("open-file", { preventDefault: () => undefined }, file);
    }, notebook("Clicked"));
    await page
      .getByText(/A copy is kept.*Clicked\.lab\.ts/)
      .first()
      .waitFor();
  });

  test("the menu's commands reach the page, stand as the page says, and recent files open again or leave the list", async () => {
    const { app, page } = lab;
    await page.evaluate(() => {
      window.commands = [];
      window.lab.on("menuCommand", (command) => window.commands.push(command));
    });
    const sent = [
      "show-settings",
      "show-notebook",
      "show-ladder",
      "show-data",
      "latest-run",
      "shortcuts",
      "palette",
      "theme-dark",
      "show-train",
    ];
    await app.evaluate(({ Menu }, ids) => {
      for (const id of ids) Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
    }, sent);
    await expect.poll(() => page.evaluate(() => window.commands)).toEqual(sent);
    const stands = () =>
      app.evaluate(({ Menu }) => {
        const item = (id: string) => Menu.getApplicationMenu()?.getMenuItemById(id);
        return {
          on: ["show-train", "theme-dark", "show-data", "theme-system"].map((id) => item(id)?.checked),
          possible: ["run-view", "cancel", "run-cell"].map((id) => item(id)?.enabled),
        };
      });
    await expect.poll(stands).toEqual({ on: [true, true, false, false], possible: [true, false, false] });
    await page.keyboard.press("Escape");

    const chooseRecent = (label: string) =>
      app.evaluate(({ Menu }, wanted) => {
        const file = Menu.getApplicationMenu()?.items.find((item) => item.label === "&File");
        const recent = file?.submenu?.items.find((item) => item.label === "Open recent");
        const entries = recent?.submenu?.items ?? [];
        entries.find((item) => item.label === wanted)?.click();
        return entries.flatMap((item) => (item.type === "separator" ? [] : [item.label]));
      }, label);
    expect(await chooseRecent("Named")).toEqual(["Clicked", "Named", "Clear recent files"]);
    const title = page.getByRole("textbox", { name: "Title of the notebook" });
    await expect.poll(() => title.inputValue()).toBe("Named");
    // Into the trash, where it is not opened from here.
    await page.evaluate(async () => {
      const listed = await window.lab.documentsList({ search: "" });
      const ids = listed.ok ? listed.value.flatMap((one) => (one.title === "Clicked" ? [one.id] : [])) : [];
      await window.lab.documentsTrash({ ids });
    });
    await expect.poll(() => chooseRecent("Clicked")).toEqual(["Named", "Clear recent files"]);
    await page.getByText(/"Clicked" is in the trash.*no longer among the recent files/).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("open recent");
    expect(await page.getByRole("option").allTextContents()).toEqual(["Open recent notebook: Named"]);
    await page.keyboard.press("Escape");
  });

  test("the header says that the worker threads start until main says how many there are", async () => {
    const { page } = lab;
    const answer = await holdAnswer(lab, "diagnosticsGet");
    await page.reload();
    await page.locator("header").getByText("Starting the worker threads…").waitFor();
    await answer();
    await page.locator("header").getByText("Nothing is running").waitFor();
  });

  test("a view says that there is no result yet when the saved runs are known, not before", async () => {
    const { page } = lab;
    const answer = await holdAnswer(lab, "runsList");
    await page.reload();
    await showView(page, "Train");
    await page.getByRole("region", { name: "Training settings" }).waitFor();
    await settled(page);
    const nothing = page.getByText("Nothing was trained yet");
    expect(await nothing.count()).toBe(0);
    await answer();
    await nothing.waitFor();
  });

  test("the window comes back where it was", async () => {
    const bounds = { x: 30, y: 40, width: 1000, height: 700 };
    const size = () => lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    await lab.app.evaluate(
      ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to),
      bounds,
    );
    await expect.poll(size).toMatchObject({ width: bounds.width, height: bounds.height });
    lab = await launch();
    expect(await size()).toMatchObject({ width: bounds.width, height: bounds.height });
  });

  test("fault 15: an unhandled rejection in main is logged and shown, and the app goes on; an exception ends it with 1", async () => {
    await lab.page.evaluate(() => window.lab.activityState());
    await lab.app.evaluate(() => {
      setTimeout(() => void Promise.reject(new Error("planted by the test")), 0);
    });
    await lab.page.getByText("Something failed, and the app goes on").waitFor();
    expect(lab.readLog()).toMatch(
      /error Something failed that nothing waited for\n {4}Error: planted by the test/,
    );
    expect((await lab.page.evaluate(() => window.lab.activityState())).ok).toBe(true);

    await answerDialogs(lab, 0);
    const exited = once(lab.app.process(), "exit");
    await lab.app.evaluate(() => {
      setTimeout(() => {
        throw new Error("thrown by the test");
      }, 0);
    });
    expect(await exited).toEqual([1, null]);
    expect(lab.readLog()).toMatch(
      /error Backprop Lab met an internal error and has to close\n {4}Error: thrown by the test/,
    );
  }, 60_000);
});

describe("a window with a training on", () => {
  let lab: LaunchedApp;
  beforeAll(async () => {
    newProfile();
    lab = await launch();
  });
  afterAll(closeAndForget);

  test("fault 3: a crashed page is loaded again and talks to the lab as before", async () => {
    await startLongTraining(lab);
    await lab.app.evaluate(({ BrowserWindow }) => {
      setTimeout(() => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(), 0);
    });
    await expect.poll(lab.readLog, { timeout: 20_000 }).toContain("the window's page is back");
    // Playwright's own page object does not come back after a crash.
    const answer = await lab.app.evaluate(({ BrowserWindow }): Promise<unknown> | undefined =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript("window.lab.activityState()"),
    );
    expect(answer).toMatchObject({ ok: true, value: { kind: "training", cancelling: false } });
  });

  test("the end of the session asks nothing, though a training is on, and ends the app with 0", async () => {
    await answerDialogs(lab, 1);
    const exited = once(lab.app.process(), "exit");
    await lab.app.evaluate(({ powerMonitor }) => {
      powerMonitor.emit("shutdown");
      return (globalThis as unknown as { asked: string[] }).asked;
    });
    expect(await exited).toEqual([0, null]);
  });
});

describe("each in a profile of its own", () => {
  beforeEach(newProfile);
  afterEach(closeAndForget);

  test("--report-usable prints a line once the window can be used", async () => {
    const started = spawnApp(["--report-usable"]);
    try {
      await expect.poll(started.stdout, { timeout: 60_000 }).toContain("window usable\n");
    } finally {
      started.child.kill();
      await started.exit;
    }
  });

  test("fault 11: quitting during a run asks; staying keeps it on, quitting cancels it within 5 s", async () => {
    const lab = await launch();
    await startLongTraining(lab);
    const requests = [{ spec: NOTEBOOK_SPEC, threads: 1 }];
    await lab.page.evaluate((given) => window.lab.trainingEnqueue(given), { requests, note: "" });
    await answerDialogs(lab, 1);
    await lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(() => dialogsAsked(lab)).toHaveLength(1);
    expect((await dialogsAsked(lab))[0]).toContain("1 training that waits stays in the queue.");
    const activity = await lab.page.evaluate(() => window.lab.activityState());
    expect(activity).toMatchObject({ ok: true, value: { kind: "training", cancelling: false } });

    await answerDialogs(lab, 0);
    const exited = once(lab.app.process(), "exit");
    const asked = performance.now();
    // Later than the answer to this, which the end of the app would cut off.
    await lab.app.evaluate(({ app }) => {
      setTimeout(() => app.quit(), 100);
    });
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - asked).toBeLessThan(8_000);
    expect(lab.readLog()).toMatch(/closed\n$/);
  });
});
