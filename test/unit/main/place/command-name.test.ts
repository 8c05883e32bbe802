import { expect, test } from "vitest";
import { COMMAND_NAME, inArchive } from "../../../../src/main/place/command-name.ts";
import { commandLineOf, commandNameOf } from "../../../../src/shared/runs/packaged.ts";

test("an installed app's texts name backprop-lab, a clone's lab", () => {
  expect(inArchive("/usr/lib/backprop-lab/resources/app.asar/out/main")).toBe(true);
  expect(inArchive(String.raw`C:\Programs\Backprop Lab\resources\app.asar\out\main`)).toBe(true);
  expect(inArchive("/home/ada/backprop-lab/out/main")).toBe(false);
  expect(commandNameOf({ packaged: true })).toBe("backprop-lab");
  expect(commandLineOf("packaged")).toBe("backprop-lab");
  expect(COMMAND_NAME).toBe("lab");
});
