import type { DType, Ops, TensorLike } from "../../../core/ops/op.ts";

/** Values that every contender of a case gets. */
export interface CaseInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: Extract<DType, "float32" | "int32" | "uint8">;
  readonly values: Float32Array | Int32Array | Uint8Array;
  /** Whose it is, where contenders hold the same numbers in different forms; else everybody's. */
  readonly only?: "us" | "peers";
}

/** One element of an output as float64 arithmetic has it. */
export interface ExpectedElement {
  readonly output: string;
  readonly index: number;
  readonly value: number;
}

/** What a peer is told about a case, besides its inputs; `kind` says which of its own programs to run. */
export type CaseRecipe =
  | { readonly kind: "product"; readonly transposeA: boolean; readonly transposeB: boolean }
  | { readonly kind: "notebook-forward" | "notebook-forward-backward"; readonly shift: number }
  | { readonly kind: "training-step"; readonly batchSize: number; readonly lr: number };

/** A case with its inputs made: what is run, and what must come out. */
export interface PreparedCase {
  readonly inputs: readonly CaseInput[];
  readonly recipe: CaseRecipe;
  /** Calls, from fresh inputs, after which the outputs are compared; more than one where a call changes its inputs. */
  readonly verificationCalls: number;
  /** Our own program of one call. @returns the tensors that are compared, by the names peers use too. */
  record<T extends TensorLike>(ops: Ops<T>, input: (name: string) => T): Readonly<Record<string, T>>;
  /** Elements of our outputs after the verification calls, computed in float64. */
  expected(): readonly ExpectedElement[];
}

/** Something worth measuring. `m`, `k` and `n` are those of its largest product. */
export interface BenchCase {
  readonly name: string;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Floating-point operations of the products in one call. */
  readonly flops: number;
  /** Calls in one loop at most; infinite unless a call takes the next of a limited number of batches. */
  readonly maxCalls: number;
  /** Calls are training steps, of which one asks how many a second. */
  readonly stepwise: boolean;
  /** Makes the inputs; hundreds of megabytes for some, so only when the case's turn has come. */
  prepare(): PreparedCase;
}
