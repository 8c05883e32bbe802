import { resolve } from "node:path";
import { Engine } from "../../../src/main/engine/engine.ts";
import { keptTuning } from "./kept-tuning.ts";

/** The worker as the app ships it; `npm test` builds it first. */
export const WORKER_FILE = resolve("out/main/worker.js");

/** A real engine on a real Piscina pool. */
export const startEngine = (threads: number): Promise<Engine> =>
  Engine.start({ threads, workerFile: WORKER_FILE, tuning: keptTuning });
