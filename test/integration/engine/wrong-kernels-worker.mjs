// The real worker, except that it finds every choice that was saved wrong: what another CPU under the same name, or a
// runtime that compiles differently today, looks like from outside.
const { work: realWork } = await import(new URL("../../../out/main/worker.js", import.meta.url).href);

export const work = (task) =>
  task.kind === "verify" ? { ok: true, value: "relaxed256: wrong result, on purpose" } : realWork(task);
