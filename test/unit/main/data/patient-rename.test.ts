import { expect, test } from "vitest";
import { renamePatiently as renameInSetup } from "../../../../scripts/setup/patient-rename.mjs";
import { renamePatiently, renamePatientlySync } from "../../../../src/main/data/patient-rename.ts";

/** A file that another program has open for the first `times` attempts. */
function heldFor(times: number, code: string) {
  const state = { attempts: 0 };
  const attempt = () => {
    if (state.attempts++ < times) throw Object.assign(new Error("held"), { code });
  };
  return { state, attempt };
}

const promised = (attempt: () => void) => () => Promise.resolve().then(attempt);

test.each(["EPERM", "EACCES", "EBUSY"])(
  "on Windows a rename waits while a file is held (%s)",
  async (code) => {
    const asynchronous = heldFor(3, code);
    await renamePatiently("a", "b", { platform: "win32", attempt: promised(asynchronous.attempt) });
    const synchronous = heldFor(3, code);
    renamePatientlySync("a", "b", { platform: "win32", attempt: synchronous.attempt });
    const setup = heldFor(3, code);
    await renameInSetup("a", "b", { platform: "win32", attempt: setup.attempt });
    for (const { state } of [asynchronous, synchronous, setup]) expect(state.attempts).toBe(4);
  },
);

test("a rename that goes on failing fails with the system's words, another failure at once, elsewhere at once", async () => {
  const held = heldFor(100, "EBUSY");
  expect(() => renamePatientlySync("a", "b", { platform: "win32", attempt: held.attempt })).toThrow("held");
  const missing = heldFor(1, "ENOENT");
  expect(() => renamePatientlySync("a", "b", { platform: "win32", attempt: missing.attempt })).toThrow(
    "held",
  );
  expect(missing.state.attempts).toBe(1);
  const linux = heldFor(1, "EACCES");
  await expect(
    renamePatiently("a", "b", { platform: "linux", attempt: promised(linux.attempt) }),
  ).rejects.toThrow("held");
  expect(linux.state.attempts).toBe(1);
});
