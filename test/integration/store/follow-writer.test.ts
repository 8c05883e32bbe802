import { expect, test, vi } from "vitest";
import { followWriter } from "../../../src/main/store/follow-writer.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();

test("a store that only reads hears of what another one writes, once, and not of what it reads itself", async () => {
  const writer = openStore({ path: folder.file(), nativeBinding });
  writer.saveMachine(machine);
  const reader = openStore({ path: folder.file(), nativeBinding, readOnly: true });
  const onChange = vi.fn();
  const stop = followWriter(reader, onChange, 20);
  const later = () => new Promise((resolve) => setTimeout(resolve, 100));
  try {
    reader.listRuns();
    await later();
    expect(onChange).not.toHaveBeenCalled();
    writer.createRun({ ...notebookRun, id: "new" });
    await expect.poll(() => onChange.mock.calls.length).toBe(1);
    expect(reader.listRuns().map(({ id }) => id)).toEqual(["new"]);
    await later();
    expect(onChange).toHaveBeenCalledTimes(1);
    const never = vi.fn();
    followWriter(writer, never, 20)();
    expect(never).not.toHaveBeenCalled();
  } finally {
    stop();
    reader.close();
    writer.close();
  }
});
