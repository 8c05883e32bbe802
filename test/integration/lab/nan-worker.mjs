// The real worker, except that every product on its own comes out with a NaN: a broken kernel as the ladder sees it.
import { workerData } from "piscina";

const { work: realWork } = await import(new URL("../../../out/main/worker.js", import.meta.url).href);

export async function work(task) {
  const answer = await realWork(task);
  if (task.kind !== "program") return answer;
  const steps = (task.sections ?? []).flatMap(({ groups }) => groups.flatMap((group) => group.steps));
  for (const { op } of steps) {
    if (op.op !== "matmul") continue;
    new Float32Array(workerData.memory.buffer, op.out.offsetBytes, 1)[0] = NaN;
  }
  return answer;
}
