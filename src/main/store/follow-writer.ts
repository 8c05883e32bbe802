import type { Store } from "./store.ts";

const LOOK_EVERY_MS = 2_000;

function looked(store: Pick<Store, "dataVersion">): number | null {
  try {
    return store.dataVersion();
  } catch {
    // Who reads the runs is told what is wrong with the file.
    return null;
  }
}

/**
 * Tells when another process has written into a database that is only read here.
 *
 * @returns how to stop.
 */
export function followWriter(
  store: Pick<Store, "readOnly" | "dataVersion">,
  onChange: () => void,
  everyMs = LOOK_EVERY_MS,
): () => void {
  if (!store.readOnly) return () => undefined;
  let seen = store.dataVersion();
  const timer = setInterval(() => {
    const version = looked(store) ?? seen;
    if (version === seen) return;
    seen = version;
    onChange();
  }, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
