// The real worker, except that a program with a mark named "fault: …" makes its last worker fail in that way: what a
// crash, a hang or a thrown error looks like from outside.
const { work: realWork } = await import(new URL("../../../out/main/worker.js", import.meta.url).href);

const faultOf = (task) =>
  task.kind === "program" && task.worker === task.threads - 1
    ? task.sections
        .flatMap(({ groups }) => groups.flatMap(({ steps }) => steps))
        .find(({ op }) => op.op === "mark" && op.name.startsWith("fault: "))?.op.name
    : undefined;

export function work(task) {
  switch (faultOf(task)) {
    case "fault: exit":
      process.exit(3);
      break;
    case "fault: throw":
      throw new Error("thrown on purpose");
    case "fault: kernels": {
      const message = "relaxed256: wrong result, on purpose";
      return { ok: false, error: { code: "KernelUnavailableError", message } };
    }
    case "fault: hang":
      for (;;);
    case "fault: memory": {
      const hoard = [];
      for (;;) hoard.push(new Array(1_000_000).fill(hoard.length));
    }
  }
  return realWork(task);
}
