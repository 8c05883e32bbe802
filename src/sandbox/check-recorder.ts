import { numelOf } from "../core/ops/recording-ops.ts";
import { moveZeros } from "../core/tensor/check/move-zeros.ts";
import type { CheckReport as Judgement, JudgedGradient } from "../core/tensor/check/check-types.ts";
import { tensorOf } from "../core/tensor/create.ts";
import { differenceCount, provenSteps } from "../core/tensor/float64/differences.ts";
import { decisiveSteps, leavesOf, programOf } from "../core/tensor/float64/program.ts";
import { showShape } from "../core/tensor/shapes.ts";
import type { Recorder, SourceLine, TensorNode } from "../core/tensor/tensor-node.ts";
import type { CellError } from "../shared/live/cell-result.ts";
import type { CheckedGradient, CheckReport } from "../shared/live/check-report.ts";
import { GuestError } from "./guest-error.ts";
import type { MainLine } from "./main-line.ts";
import type { TensorLedger } from "./tensor-ledger.ts";
import { grouped } from "../core/grouped.ts";

/** Elements of all steps together, which are held in float64 several times over. */
const MOST_ELEMENTS = 60_000_000;
/** Central differences of all tensors together. */
const MOST_DIFFERENCES = 1_000_000;
/** Larger tensors are data, not parameters that begin as zeros. */
const MOST_PARAMETERS = 200_000;

/** What `check` was asked, once the function has run. */
export interface AskedCheck {
  readonly kind: CheckReport["kind"];
  readonly loss: TensorNode;
  readonly wanted: readonly { readonly node: TensorNode; readonly name: string }[];
  readonly place: SourceLine | null;
  /** Coordinates of a tensor at which central differences prove the reference; Infinity for all. */
  readonly differences: number;
  /** Of how many rows the first were taken; null where the tensors stayed as they are. */
  readonly rows: { readonly taken: number; readonly of: number } | null;
}

interface SetGradient {
  readonly of: TensorNode;
  readonly gradient: TensorNode;
  readonly line: SourceLine | null;
}

/** Records what a function does and which gradients it sets, and has main judge them. */
export class CheckRecorder {
  readonly #ledger: TensorLedger;
  readonly #line: MainLine;
  readonly #seed: number;
  #set: SetGradient[] = [];
  #failed = 0;

  constructor(ledger: TensorLedger, line: MainLine, seed: number) {
    this.#ledger = ledger;
    this.#line = line;
    this.#seed = seed;
  }

  beginCell(): void {
    this.#failed = 0;
  }

  /** The cell's own end, if a check in it has failed. */
  failure(): CellError | null {
    if (this.#failed === 0) return null;
    const message = this.#failed === 1 ? "a check failed" : `${this.#failed} checks failed`;
    return { kind: "check", name: "CheckFailed", message: `${message}; the report says why`, frames: [] };
  }

  begin(): void {
    if (this.#ledger.isRecording) {
      throw new GuestError("TypeError", "check(): inside of time() and check() nothing can be checked");
    }
    this.#set = [];
    this.#ledger.beginRecording("check");
  }

  cancel(): void {
    this.#set = [];
    this.#ledger.endRecording();
  }

  /** A person gave a tensor a gradient, or took it away. */
  gradient(of: TensorNode, gradient: TensorNode | null, line: SourceLine | null): void {
    if (gradient === null) this.#set = this.#set.filter((set) => set.of !== of);
    else this.#set.push({ of, gradient, line });
  }

  /** The same tensor with a little noise if it is 0 everywhere, else null. */
  movedZeros(node: TensorNode, recorder: Recorder): TensorNode | null {
    if (numelOf(node.shape) > MOST_PARAMETERS) return null;
    const [values = new Float32Array()] = this.#ledger.run([], { reads: [this.#ledger.view(node)] }).values;
    const moved = moveZeros(Float32Array.from(values), this.#seed);
    if (moved === null) return null;
    const noisy = tensorOf(recorder, moved, node.shape);
    noisy.name = node.name;
    this.#ledger.recorded(noisy);
    return noisy;
  }

  /** @throws {GuestError} If it is no loss, or too large. */
  end({ kind, loss, wanted, place, differences, rows }: AskedCheck): CheckReport {
    if (numelOf(loss.shape) !== 1) {
      throw new GuestError(
        "ShapeError",
        `${kind}(): the loss must be one number, got shape ${showShape(loss.shape)}`,
      );
    }
    const began = performance.now();
    const { program, nodes } = programOf(loss, [
      ...wanted.map(({ node }) => node),
      ...this.#set.map(({ of }) => of),
    ]);
    const elements = nodes.reduce((sum, node) => sum + numelOf(node.shape), 0);
    if (elements > MOST_ELEMENTS) {
      throw new GuestError(
        "LimitError",
        `${kind}(): the forward pass has ${grouped(elements)} numbers, a check goes over at most ` +
          `${grouped(MOST_ELEMENTS)}. Check it on fewer rows, ` +
          (kind === "check" ? "{ rows: 512, batch: [x, y] }" : "x.slice(0, 512)"),
      );
    }
    const steps = new Map(nodes.map((node, step) => [node, step]));
    const stepOf = (node: TensorNode): number => steps.get(node) ?? -1;
    const nodeAt = (step: number): TensorNode => nodes[step] ?? loss;
    const [leaves, decisions] = [leavesOf(program), decisiveSteps(program)];
    this.#ledger.run([
      ...[...leaves, ...decisions].map(nodeAt),
      ...this.#set.map(({ gradient }) => gradient),
    ]);
    const placed = (step: number) => ({ step, tensor: this.#ledger.view(nodeAt(step)) });
    const question = {
      program,
      leaves: leaves.map(placed),
      decisions: decisions.map(placed),
      given: this.#set.map(({ of, gradient, line }) => {
        return { step: stepOf(of), tensor: this.#ledger.view(gradient), shape: gradient.shape, line };
      }),
      wanted: wanted.map(({ node, name }) => ({ step: stepOf(node), name })),
      seed: this.#seed,
      differences,
    };
    const count = differenceCount(
      provenSteps(question).map((step) => numelOf(nodeAt(step).shape)),
      differences,
    );
    if (count > MOST_DIFFERENCES) {
      throw new GuestError(
        "LimitError",
        `${kind}(): these are ${grouped(count)} central differences, a check makes at most ` +
          `${grouped(MOST_DIFFERENCES)}. Name fewer or smaller tensors, or take a sample of each, ` +
          "{ differences: 200 }",
      );
    }
    const recorded = this.#ledger.recordedOperations;
    const judgement = this.#line.ask<"check">({ kind: "check", question });
    if (!judgement.passed) this.#failed++;
    const forward = program.steps.filter(({ inputs }) => inputs.length > 0).length;
    const notices = [
      ...(rows !== null && rows.taken < rows.of
        ? [`On the first ${grouped(rows.taken)} of ${grouped(rows.of)} rows.`]
        : []),
      ...judgement.notices,
    ];
    return reportOf(
      { ...judgement, notices },
      {
        kind,
        place,
        operations: { forward, recorded },
        ms: performance.now() - began,
      },
    );
  }
}

function reportOf(
  judgement: Judgement,
  about: Pick<CheckReport, "kind" | "place" | "operations" | "ms">,
): CheckReport {
  const missing = judgement.missing.map((name): CheckedGradient => {
    return {
      name,
      shape: [],
      verdict: "missing",
      relNorm: NaN,
      relMax: NaN,
      belowAtol: NaN,
      place: null,
      explanations: [],
      certain: false,
      reason: "no gradient was set",
    };
  });
  return {
    ...about,
    passed: judgement.passed,
    loss: judgement.loss,
    gradients: [...judgement.gradients.map(checkedGradient), ...missing],
    proof: judgement.reference,
    notes: [...judgement.notices],
  };
}

function checkedGradient(judged: JudgedGradient): CheckedGradient {
  const { comparison, explanation, verdict, shape, givenShape } = judged;
  const candidates = explanation?.candidates ?? [];
  return {
    name: judged.name,
    shape: [...shape],
    verdict,
    relNorm: judged.relNorm ?? NaN,
    relMax: comparison?.relMax ?? NaN,
    belowAtol: comparison?.hiddenByAtol ?? NaN,
    place: judged.line,
    explanations: candidates.map(({ text, line }) => ({ text, place: line })),
    certain: explanation?.certain ?? false,
    reason:
      verdict !== "wrong"
        ? ""
        : comparison === null
          ? `its shape is ${showShape(givenShape)}, that of the tensor ${showShape(shape)}`
          : candidates.length === 0
            ? `${comparison.reason}; no known mistake explains it`
            : comparison.reason,
  };
}
