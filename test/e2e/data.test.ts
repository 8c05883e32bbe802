import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showView } from "./drive-window.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeWholeView } from "./take-screenshots.ts";

const TRAINING_MS = 90_000;
const folder = mkdtempSync(join(tmpdir(), "backprop-lab-data-e2e-"));

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp({ page: "checkedIfThorough" });
  page = launched.page;
  await showView(page, "Data");
});
afterAll(async () => {
  await launched.close();
  rmSync(folder, { recursive: true, force: true });
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const sets = () => page.getByRole("region", { name: "Data sets" });

const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

async function inBothThemes(name: string, view = "Data"): Promise<void> {
  for (const { theme, rules } of THEMES.toReversed()) {
    await chooseTheme(page, theme);
    await showView(page, view);
    await takeWholeView(page, `${name}-${theme.toLowerCase()}`);
    expect(await violations(rules)).toEqual([]);
  }
}

describe("the data view", () => {
  it("takes Iris from its file to a trained classifier", async () => {
    await page.getByLabel("Files to import").setInputFiles(resolve("test/golden/iris.csv"));
    await page.getByRole("region", { name: "What the files hold" }).waitFor();
    await page.getByText("3 values: setosa (50), versicolor (50), virginica (50)").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Iris");
    await inBothThemes("data-import");
    await button("Import the data").click();
    await page.getByRole("region", { name: "Iris", exact: true }).waitFor();
    await page.getByText("102 training, 24 validation, 24 test rows").first().waitFor();
    await inBothThemes("data-page");
    await button("Train on it").click();
    await button("Start training").click();
    const outcome = (): Promise<string[]> =>
      page.evaluate(async () => {
        const answer = await window.lab.runsList();
        return answer.ok
          ? answer.value.map(({ status, config }) => `${status} ${String(config["data"])}`)
          : [];
      });
    await expect
      .poll(outcome, { timeout: TRAINING_MS })
      .toEqual([expect.stringMatching(/^finished iris-[0-9a-f]{8}$/)]);
    const accuracy = await page.evaluate(async () => {
      const answer = await window.lab.runsList();
      return answer.ok ? answer.value[0]?.summary["validAccuracy"] : NaN;
    });
    expect(accuracy).toBeGreaterThan(0.85);
  });

  it("lets a person change how a column was understood, and says what cannot be", async () => {
    await showView(page, "Data");
    const path = join(folder, "house.csv");
    const rows = Array.from(
      { length: 60 },
      (_, i) =>
        `${1 + (i % 5)};${["north", "south"][i % 2] ?? ""};${i === 7 ? "" : `${i},5`};${90_000 + 731 * i}`,
    );
    writeFileSync(path, `rooms;side;age;price\n${rows.join("\n")}\n`);
    await page.getByLabel("Files to import").setInputFiles(path);
    await page.getByText(/values are parted by semicolons, with decimal commas/).waitFor();
    await page
      .getByText(/column 3 \("age"\) misses 1 field, the first in line 9/)
      .first()
      .waitFor();
    expect(await button("Import the data").isDisabled()).toBe(true);
    await page.getByLabel("Missing values").selectOption("mean");
    await expect.poll(() => button("Import the data").isDisabled()).toBe(false);
    await page.getByLabel("What rooms is taken as").selectOption("ignored");
    await page.getByLabel("What price is taken as").selectOption("feature");
    await page.getByText("no column is to be predicted: choose one as label").waitFor();
    await page.getByLabel("What price is taken as").selectOption("label");
    await page.getByLabel("The first line is a header").uncheck();
    await page.getByText(/there is no header/).waitFor();
    await page.getByLabel("The first line is a header").check();
    await page.getByText(/the first line is a header/).waitFor();
    await page.getByLabel("Missing values").selectOption("drop");
    await button("Import the data").click();
    await page.getByRole("region", { name: "house", exact: true }).waitFor();
  });

  it("shows what was learned of a number, and of more classes than a matrix has room for", async () => {
    const learned = async (): Promise<void> => {
      await button("Train on it").click();
      // How well is not what is looked at.
      await page.getByRole("region", { name: "Training settings" }).getByLabel("Epochs").fill("4");
      await button("Start training").click();
      await button("Look at it").click({ timeout: TRAINING_MS });
    };
    await learned();
    const predictions = page.getByRole("region", { name: "Predictions of price" });
    await predictions.getByRole("group", { name: "Drawing: price: predicted against true" }).waitFor();
    await predictions
      .getByRole("group", { name: "Drawing: price: residuals, predicted less true" })
      .waitFor();
    await inBothThemes("learned-number", "Train");

    await showView(page, "Data");
    const path = join(folder, "many.csv");
    const rows = Array.from({ length: 480 }, (_, i) => `${i % 120},${(i * 7) % 11},c${i % 120}`);
    writeFileSync(path, `x,noise,class\n${rows.join("\n")}\n`);
    await page.getByLabel("Files to import").setInputFiles(path);
    await page.getByLabel("Test share").fill("0");
    await button("Import the data").click();
    await page.getByRole("region", { name: "many", exact: true }).waitFor();
    await learned();
    expect(await button("Score on the test rows…").isDisabled()).toBe(true);
    await page
      .getByText(
        "The test rows cannot be scored: many has no test rows: import it with a test share to have some.",
      )
      .waitFor();
    const largest = page.getByRole("region", { name: "Largest confusions" });
    await largest.getByText(/^A matrix is drawn up to 100 classes; this data has 120\./).waitFor();
    await largest
      .getByRole("button", { name: /^Rows of c\d+ → c\d+$/ })
      .first()
      .click();
    const behind = page.getByRole("region", { name: "Rows of the cell" });
    await behind.getByRole("heading", { name: /^c\d+ → c\d+: \d+ validation rows?/ }).waitFor();
    await behind.getByRole("table").waitFor();
    await page.getByText(/^the 30 lowest of 120 classes/).waitFor();
    await inBothThemes("learned-many-classes", "Train");
    await showView(page, "Data");
  });

  it("exports, removes and brings back a data set", async () => {
    await sets().getByRole("button", { name: /^Iris/ }).click();
    await button("Export").click();
    await page.getByRole("menuitem", { name: /^CSV/ }).click();
    await expect.poll(() => exported() !== null).toBe(true);
    expect(readFileSync(exported() ?? "", "utf8").split("\n")).toHaveLength(152);
    await button("Remove").click();
    await button("Bring it back").click();
    await sets().getByRole("button", { name: /^Iris/ }).waitFor();
  });

  it("takes a file and a folder that are dropped anywhere on it", async () => {
    await showView(page, "Data");
    const table = join(folder, "dropped.csv");
    writeFileSync(
      table,
      `a,b,kind\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 7},${i % 2 === 0 ? "x" : "y"}`).join("\n")}\n`,
    );
    await dropOnWindow(table, async () => {
      await page.getByText(/Data of your own: CSV/).waitFor();
    });
    await page.getByText("2 values: x (20), y (20)").waitFor();
    for (const name of ["cats", "dogs"]) {
      mkdirSync(join(folder, "pets", name), { recursive: true });
      for (let i = 0; i < 8; i++) {
        const png = new PNG({ width: 6, height: 6 });
        for (let at = 0; at < png.data.length; at += 4)
          png.data.set([name === "cats" ? 200 : 20, 9 * i, 30, 255], at);
        writeFileSync(join(folder, "pets", name, `${i}.png`), PNG.sync.write(png));
      }
    }
    await dropOnWindow(join(folder, "pets"));
    await page
      .getByText(/16 images of 6 × 6 pixels, in colour/)
      .first()
      .waitFor();
    await button("Import the data").click();
    await page.getByRole("region", { name: "pets", exact: true }).waitFor();
  });

  it("draws toys by noise and size, and trains on one in a second", async () => {
    await sets().getByLabel("Toy").selectOption("spirals");
    await sets().getByLabel("Points").fill("500");
    await sets().getByLabel("Noise").fill("0.02");
    await button("Draw the toy").click();
    await page.getByRole("region", { name: /^Spirals, 500 points/ }).waitFor();
    await inBothThemes("data-toy");
    await button("Train on it").click();
    await expect
      .poll(() => page.getByRole("region", { name: "Training settings" }).getByLabel("Data").inputValue())
      .toBe("toy-spirals-500-2-1");
    expect(await button("Start training").isDisabled()).toBe(false);
  });
});

/** As the system does when a person lets go of a file or folder over the middle of the window. */
async function dropOnWindow(
  path: string,
  over: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  const at = { x: 600, y: 400, data };
  await session.send("Input.dispatchDragEvent", { type: "dragEnter", ...at });
  await session.send("Input.dispatchDragEvent", { type: "dragOver", ...at });
  await over();
  await session.send("Input.dispatchDragEvent", { type: "drop", ...at });
  await session.detach();
}

function exported(): string | null {
  const found = readdirSync(launched.saveDir).find((name) => name.endsWith(".csv"));
  return found === undefined ? null : join(launched.saveDir, found);
}
