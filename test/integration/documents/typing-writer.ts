import { resolve } from "node:path";
import { DocumentLibrary } from "../../../src/main/lab/documents/document-library.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { nativeBinding } from "../store/recorded-values.ts";
import { textOf } from "./open-library.ts";

/** Run as a process of its own: types into a notebook, as the window does, until it is killed. */
const store = openStore({ path: process.argv[2] ?? "", nativeBinding });
const library = new DocumentLibrary({ store, resourcesDir: resolve("resources"), emit: () => undefined });
const known = (await library.list({ search: "" })).find(({ bundled }) => !bundled);
const { id } = known ?? (await library.create({ from: { kind: "text", text: textOf("// 0") }, title: null }));
const opened = await library.open({ id });
let { version } = opened.entry;
let typed = Number(/^\/\/ (\d+)$/m.exec(opened.text)?.[1] ?? NaN);
// A large cell beside it, so that a file takes more than one write.
const padding = `/* ${"x".repeat(200_000)} */`;
for (;;) {
  typed++;
  const text = textOf(`// ${typed}\n${padding}`);
  library.keep({ id, text, baseVersion: version });
  // Said when it is kept: from here on it must not be lost.
  process.stdout.write(`${typed}\n`);
  if (typed % 3 === 0) {
    const saved = await library.save({ id, text, baseVersion: version });
    if (saved.kind === "saved") ({ version } = saved.entry);
  }
  await new Promise(setImmediate);
}
