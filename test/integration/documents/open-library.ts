import { resolve } from "node:path";
import { DocumentLibrary } from "../../../src/main/lab/documents/document-library.ts";
import type { LabEvent } from "../../../src/main/lab/activity/experiment.ts";
import type { Store } from "../../../src/main/store/store.ts";

/** A real library on a real store, with what it told. */
export function openLibrary(store: Store, now?: () => Date) {
  const events: LabEvent[] = [];
  const library = new DocumentLibrary({
    store,
    resourcesDir: resolve("resources"),
    emit: (event) => events.push(event),
    ...(now === undefined ? {} : { now }),
  });
  return { library, events };
}

/** A notebook's text of one code cell. */
export const textOf = (code: string, title = "Mine"): string =>
  `// lab notebook 1 · title: ${title} · seed: 42 · threads: 2 · rows: 50000\n// %% code id=a\n${code}\n`;
