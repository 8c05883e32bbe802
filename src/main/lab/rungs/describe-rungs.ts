import { LADDER } from "../../../core/matmul-rungs/ladder.ts";
import {
  RUNG_IDS,
  RUNG_NUMBERS,
  type RungDescription,
  type RungId,
} from "../../../shared/experiments/ladder.ts";
import { RUNG_CODE } from "./rung-code.ts";

interface Presentation {
  readonly name: string;
  readonly idea: string;
}

/** The rungs that are no files of core/matmul-rungs. */
const PRESENTATIONS: Readonly<Record<"kernel" | "sharded" | "tfjs" | "pytorch", Presentation>> = {
  kernel: {
    name: "WebAssembly kernel",
    idea: "Keeps a tile of C in vector registers and multiplies four or eight numbers with one instruction. Blocks of A and B stay in the caches while they are used again; what is shown writes the innermost loop's instructions.",
  },
  sharded: {
    name: "Kernel on all workers",
    idea: "The same kernel on several workers, each computing its own rows of C. They share A, B and C in one memory, so that nothing is copied and nothing is computed twice.",
  },
  tfjs: {
    name: "TensorFlow.js",
    idea: "An independent library on its own WebAssembly backend, inside the app. It must equal the reference as every other rung.",
  },
  pytorch: {
    name: "PyTorch",
    idea: "The notebook's own library, in the Python of this machine. It is the notebook's row TORCH, measured here.",
  },
};

const presentationOf = (rung: RungId): Presentation => {
  if (rung in PRESENTATIONS) return PRESENTATIONS[rung as keyof typeof PRESENTATIONS];
  const plain = LADDER.find(({ id }) => id === rung);
  if (plain === undefined) throw new TypeError(`presentationOf: there is no rung "${rung}"`);
  return plain;
};

/** What a rung is called. */
export const rungName = (rung: RungId): string => presentationOf(rung).name;

/** Every rung before anything runs; `unavailable` says why one cannot run here. */
export const describeRungs = (
  unavailable: Readonly<Partial<Record<RungId, string>>>,
): readonly RungDescription[] =>
  RUNG_IDS.map((rung) => {
    const { name, idea } = presentationOf(rung);
    return {
      rung,
      number: RUNG_NUMBERS[rung],
      name,
      idea,
      ...RUNG_CODE[rung],
      unavailable: unavailable[rung] ?? "",
    };
  });
