import { join } from "node:path";
import type { CaseRecipe } from "../cases/bench-case.ts";
import { findPyTorch, PYTHON_ARGUMENTS, type FoundPyTorch } from "../../peers/find-pytorch.ts";
import type { PeerCommand } from "../../peers/peer-process.ts";

/** Where the peers' programs and packages lie. */
export interface PeerPlaces {
  /** Holds onnxruntime.mjs and tfjs.mjs. */
  readonly programsDir: string;
  /** The program in Python, which the app itself has too. */
  readonly pytorchFile: string;
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

let pythonSearch: Promise<FoundPyTorch> | undefined;

function pythonPeer(name: string, style: string, applies: Peer["applies"]): Peer {
  return {
    name,
    applies,
    command: async ({ pytorchFile }) => {
      const found = await (pythonSearch ??= findPyTorch((python) =>
        process.stderr.write(`looking for PyTorch: starting ${python}\n`),
      ));
      return "reason" in found
        ? { missing: found.reason }
        : { command: found.python, args: [...PYTHON_ARGUMENTS, pytorchFile, style], env: {} };
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
