import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { openStore, type OpenStoreOptions } from "../../../src/main/store/open/open-store.ts";
import type { Store } from "../../../src/main/store/store.ts";
import { nativeBinding } from "./recorded-values.ts";

/** A folder of its own for each test; every store opened through it is closed before the folder is removed. */
export function useStoreFolder() {
  let folder = "";
  let opened: Store[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "backprop-lab-store-"));
  });
  afterEach(() => {
    for (const store of opened) store.close();
    opened = [];
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    file: (name = "lab.sqlite") => join(folder, name),
    open(path: string, options: Omit<OpenStoreOptions, "path" | "nativeBinding"> = {}): Store {
      const store = openStore({ path, nativeBinding, ...options });
      opened.push(store);
      return store;
    },
  };
}
