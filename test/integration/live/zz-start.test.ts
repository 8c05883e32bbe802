import { writeFileSync } from "node:fs";
import { it } from "vitest";
import { startKernel } from "./start-kernel.ts";
it("start", async () => {
  const live = await startKernel({ rows: 100 });
  const out: string[] = [];
  for (let i = 0; i < 9; i++) {
    const [c, w] = [process.cpuUsage(), performance.now()];
    await live.kernel.restart();
    const { user, system } = process.cpuUsage(c);
    out.push(
      `ready: cpu ${((user + system) / 1000).toFixed(0)} ms wall ${(performance.now() - w).toFixed(0)} ms`,
    );
  }
  await live.run("var x = randn(64, 30), w1 = randn(30, 20), w2 = randn(20, 5), y = randn(64, 5);");
  for (let turn = 0; turn < 11; turn++)
    for (const [name, k] of [
      ["same structure", "0.01"],
      ["another each time", "(0.01 + i * 1e-6 + Math.random() * 1e-7)"],
    ] as const) {
      const [c, w] = [process.cpuUsage(), performance.now()];
      const r = await live.run(
        `for (let i = 0; i < 100; i++) { const h = x.matmul(w1).clampMin(0), o = h.matmul(w2), d = o.sub(y), l = d.square().mean(), go = d.mul(2 / 320), gw2 = h.t().matmul(go), gh = go.matmul(w2.t()).mul(h.gt(0)), gw1 = x.t().matmul(gh); w1 = w1.sub(gw1.mul(${k})); w2 = w2.sub(gw2.mul(${k})); l.item(); }`,
      );
      const { user, system } = process.cpuUsage(c);
      out.push(
        `${name}: cpu ${((user + system) / 100000).toFixed(2)} ms a step, wall ${((performance.now() - w) / 100).toFixed(2)} ms, ${r.flushes} flushes, ${r.operations} ops, reused ${live.engine.plansReused} ${r.error?.message ?? ""}`,
      );
    }
  writeFileSync("/tmp/s3/start16.txt", out.join("\n"));
  await live.close();
}, 600000);
