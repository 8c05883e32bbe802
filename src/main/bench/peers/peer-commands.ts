import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CaseRecipe } from "../cases/bench-case.ts";
import type { PeerCommand } from "./peer-process.ts";

/** Where the peers' programs and packages lie. */
export interface PeerPlaces {
  /** Holds onnxruntime.mjs, tfjs.mjs and pytorch.py. */
  readonly programsDir: string;
  /** Holds node_modules with what `bench/peers/package.json` names. */
  readonly packagesDir: string;
}

/** A library measured beside ours. */
export interface Peer {
  readonly name: string;
  /** Whether it has anything of its own to show in such a case. */
  applies(recipe: CaseRecipe): boolean;
  /** How to start it, or why it cannot be. */
  command(places: PeerPlaces): Promise<PeerCommand | { readonly missing: string }>;
}

const always = (): boolean => true;

/** Electron's own Node runs the ones written for Node. */
function nodePeer(name: string): Peer {
  return {
    name,
    applies: always,
    command: ({ programsDir, packagesDir }) =>
      Promise.resolve({
        command: process.execPath,
        args: [join(programsDir, `${name}.mjs`), packagesDir],
        env: { ELECTRON_RUN_AS_NODE: "1" },
      }),
  };
}

/** The one on the path may be another than the system's, which is what apt installs for. */
const PYTHONS = ["python3", "/usr/bin/python3", "python"];

async function findPython(): Promise<string | null> {
  for (const python of PYTHONS) {
    try {
      await promisify(execFile)(python, ["-c", "import torch"], { timeout: 120_000 });
      return python;
    } catch {
      // Not there, or without torch: the next one.
    }
  }
  return null;
}

let pythonSearch: Promise<string | null> | undefined;

function pythonPeer(name: string, style: string, applies: Peer["applies"]): Peer {
  return {
    name,
    applies,
    command: async ({ programsDir }) => {
      const python = await (pythonSearch ??= findPython());
      return python === null
        ? { missing: `no Python here can "import torch" (tried ${PYTHONS.join(", ")})` }
        : { command: python, args: [join(programsDir, "pytorch.py"), style], env: {} };
    },
  };
}

const ofNotebook = ({ kind }: CaseRecipe): boolean =>
  kind === "notebook-forward" || kind === "notebook-forward-backward";

/** Every peer; PyTorch twice where its autograd does the same work another way. */
export const PEERS: readonly Peer[] = [
  nodePeer("onnxruntime"),
  nodePeer("tfjs"),
  pythonPeer("pytorch", "written-out", always),
  pythonPeer("pytorchAutograd", "autograd", ofNotebook),
];

/** All peers compute on as many threads as we do; each of these libraries listens to one of them. */
export const threadLimits = (threads: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map((name) => [name, String(threads)]),
  );
