// Runs models in ONNX Runtime, in a process of its own: beside the lab's memory its own does not fit into one.
// Usage: node run-onnx.mjs <folder with node_modules> <package> <jobs as JSON>; float32 in and out, as files.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [packages = "", name = "", jobs = ""] = process.argv.slice(2);
const ort = createRequire(join(packages, "package.json"))(name);
// More threads would be workers with the address of a page.
if (name === "onnxruntime-web") ort.env.wasm.numThreads = 1;

for (const { model, input, output, x, shape, answer } of JSON.parse(jobs)) {
  const session = await ort.InferenceSession.create(readFileSync(model));
  const values = new Float32Array(new Uint8Array(readFileSync(x)).buffer);
  const found = await session.run({ [input]: new ort.Tensor("float32", values, shape) });
  writeFileSync(answer, new Uint8Array(Float32Array.from(found[output].data).buffer));
}
process.exit(0);
