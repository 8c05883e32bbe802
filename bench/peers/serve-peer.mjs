// What the peers written for Node share: requests and answers as lines of JSON, and the timing of loops.
import fs from "node:fs";
import { createInterface } from "node:readline";

/**
 * A peer made ready for a case.
 *
 * @typedef {object} ReadyPeer
 * @property {number} threads It computes on.
 * @property {string} version
 * @property {(step: number) => unknown} call Computes the case once, as call `step` of a loop; a promise if it takes
 *   one.
 * @property {(files: Record<string, string>) => Promise<void> | void} write Writes what the last call gave.
 */

/**
 * Answers requests until stdin ends. `prepare` makes the peer ready for the case it is given, or says why it cannot.
 *
 * @param {(request: any) => Promise<ReadyPeer | { unable: string }>} prepare
 */
export async function servePeer(prepare) {
  /** @type {ReadyPeer | undefined} */
  let peer;
  const commands = {
    prepare: async (request) => {
      const answer = await prepare(request);
      if ("unable" in answer) return answer;
      peer = answer;
      return { threads: peer.threads, version: peer.version };
    },
    compute: async ({ calls, outputs }) => {
      for (let step = 0; step < calls; step++) await peer.call(step);
      await peer.write(outputs);
      return { done: true };
    },
    sample: ({ calls, samples }) => timeLoops(peer.call, calls, samples),
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      answer = await commands[request.command](request);
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

/**
 * Times `samples` loops of `calls` calls after one loop that is not counted.
 *
 * @param {(step: number) => unknown} call
 * @param {number} calls
 * @param {number} samples
 */
async function timeLoops(call, calls, samples) {
  const loop = async () => {
    for (let step = 0; step < calls; step++) {
      const answer = call(step);
      // Awaiting what is no promise would cost a turn of the event loop a call.
      if (answer instanceof Promise) await answer;
    }
  };
  await loop();
  const samplesMs = [];
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  for (let sample = 0; sample < samples; sample++) {
    const begin = performance.now();
    await loop();
    samplesMs.push((performance.now() - begin) / calls);
  }
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { samplesMs, cpuMs: (user + system) / 1000, wallMs };
}

const ARRAYS = { float32: Float32Array, int32: Int32Array };

/**
 * Reads the inputs' files, by name.
 *
 * @param {{ name: string, shape: number[], dtype: "float32" | "int32", file: string }[]} inputs
 */
export function readInputs(inputs) {
  return Object.fromEntries(
    inputs.map(({ name, shape, dtype, file }) => {
      const values = new ARRAYS[dtype](new Uint8Array(fs.readFileSync(file)).buffer);
      return [name, { shape, dtype, values }];
    }),
  );
}

/** @param {string} file @param {Float32Array} values */
export function writeOutput(file, values) {
  fs.writeFileSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
