import type { Op } from "../core/ops/op.ts";
import { numelOf } from "../core/ops/recording-ops.ts";
import { forgetHistory, neededBuffers } from "../core/tensor/lower/buffers.ts";
import { lower } from "../core/tensor/lower/lower.ts";
import type { BufferTensor, Lowered } from "../core/tensor/lower/lowered.ts";
import { memoryProblem } from "../core/tensor/lower/memory-problem.ts";
import type { TensorNode, TensorStorage } from "../core/tensor/tensor-node.ts";
import type { RunAnswer } from "../shared/live/sandbox-protocol.ts";
import { GuestError } from "./guest-error.ts";
import { LiveTensors } from "./live-tensors.ts";
import type { MainLine } from "./main-line.ts";

/** All tensors of a notebook together. */
const LIMIT_BYTES = 1.5e9;
/** Operations after which what is pending is computed. */
const FLUSH_AFTER = 512;
/** So much larger than all it is made of, a result is only computed when something needs it. */
const BLOW_UP = 8;

/** Operations that give no new numbers, or none until something needs them. */
const FREE = new Set(["full", "reshape", "permute", "expand", "slice", "detach", "stored"]);

/** A check keeps how everything came about; a timing computes nothing before it is over. */
export type RecordingPurpose = "check" | "timing";

/** What is asked of main beside the pending operations. */
export interface RunExtras {
  readonly ops?: readonly Op<BufferTensor>[];
  /** Freed again at once. */
  readonly buffers?: readonly BufferTensor[];
  readonly reads?: readonly BufferTensor[];
  /** To read what is computed, behind `reads`. */
  readonly readWanted?: boolean;
  readonly samples?: number | null;
}

const bytesOf = (node: TensorNode): number => 4 * numelOf(node.shape);

/** Whether computing it before anything asks for it would be a waste. */
function blowsUp(node: TensorNode): boolean {
  const given = node.inputs.reduce((sum, input) => sum + bytesOf(input), 0);
  return given > 0 && bytesOf(node) > Math.max(1e6, BLOW_UP * given);
}

const plannedBytes = (node: TensorNode): number =>
  FREE.has(node.op.kind) || blowsUp(node) ? 0 : bytesOf(node);

/**
 * What of the cells' tensors is still to be computed, and the buffers that they lie in. A buffer goes when nothing
 * needs its numbers any more.
 */
export class TensorLedger {
  readonly live: LiveTensors;
  readonly #line: MainLine;
  readonly #makeGarbage: () => void;
  readonly #pending = new Set<TensorNode>();
  /** Bytes of the buffers in the arena, by number. */
  readonly #buffers = new Map<number, number>();
  #nextBuffer = 1;
  #nextId = 1;
  #heldBytes = 0;
  #recordedBytes = 0;
  #sinceFlush = 0;
  #someDied = false;
  /** While a check or a timing records: all that it recorded. */
  #recording: { readonly nodes: TensorNode[]; readonly purpose: RecordingPurpose } | null = null;
  /** While a function is only looked at for its formula. */
  #formula = false;
  operations = 0;
  flushes = 0;

  constructor(line: MainLine, makeGarbage: () => void) {
    this.#line = line;
    this.#makeGarbage = makeGarbage;
    this.live = new LiveTensors(makeGarbage);
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }
  nextId(): number {
    return this.#nextId++;
  }
  nextBuffer(): number {
    return this.#nextBuffer++;
  }

  /** A handle to a tensor has gone. */
  drop(node: TensorNode): void {
    if (!this.live.drop(node)) return;
    this.#pending.delete(node);
    this.#someDied = true;
  }

  /** An operation was recorded; computes what is pending when it has become much. */
  recorded(node: TensorNode): void {
    this.operations++;
    if (this.#formula) return;
    this.#sinceFlush++;
    if (node.storage === null) this.#pending.add(node);
    this.#recording?.nodes.push(node);
    // Also of what no variable holds any more: others may be computed from it.
    this.#recordedBytes += plannedBytes(node);
    if (this.#recording?.purpose === "timing") return;
    const room = Math.min(LIMIT_BYTES - this.#heldBytes, this.#line.leftBytes);
    if (this.#sinceFlush >= FLUSH_AFTER || this.#recordedBytes > room / 2) this.flush();
  }

  /** Begins to keep everything that is recorded: with its history for a check, uncomputed for a timing. */
  beginRecording(purpose: RecordingPurpose): void {
    this.flush();
    this.#recording = { nodes: [], purpose };
  }
  /** @returns What was recorded; null when a timing was broken off. */
  endRecording(): readonly TensorNode[] | null {
    const nodes = this.#recording?.nodes ?? null;
    this.#recording = null;
    this.#someDied = true;
    return nodes;
  }
  get isRecording(): boolean {
    return this.#recording !== null;
  }
  /** How much the running check has recorded. */
  get recordedOperations(): number {
    return this.#recording?.nodes.length ?? 0;
  }
  /** From here on what is recorded is not computed, and nothing can be read. @throws {GuestError} */
  beginFormula(): void {
    if (this.#formula)
      throw new GuestError("TypeError", "an activation is defined within another one's function");
    this.#formula = true;
  }
  endFormula(): void {
    this.#formula = false;
  }

  /** Something happened that a program cannot repeat: a tensor was read, something was shown. */
  breakTiming(): void {
    if (this.#recording?.purpose === "timing") this.#recording = null;
  }

  /** Computes what variables hold and is not too large to be computed before it is needed. */
  flush(): void {
    this.#compute([], () => this.#worthComputing(), {});
  }

  /** A cell ends: all that it left is computed. */
  finish(): void {
    this.#compute([], () => [...this.#pending], {});
  }

  /** Gives main back what nothing needs any more. */
  release(): void {
    this.#compute([], () => [], {});
  }

  /** What a failed cell left is computed only if something needs it. */
  abandon(): void {
    this.#pending.clear();
    this.#recordedBytes = 0;
    this.#recording = null;
    this.#formula = false;
  }

  /**
   * Computes these tensors, dense in buffers, and with them what variables hold: a loop that reads its loss must not
   * go through all its steps again at the next read. A timing computes nothing beside.
   *
   * @returns What `extras` asked for. @throws {GuestError}
   */
  run(wanted: readonly TensorNode[], extras: RunExtras = {}): RunAnswer {
    this.breakTiming();
    const isTiming = (extras.samples ?? null) !== null;
    return this.#compute(
      wanted,
      () => (isTiming || wanted.length === 0 ? [] : this.#worthComputing()),
      extras,
    );
  }

  /** All numbers of a tensor, computed and read in one go. @throws {GuestError} */
  read(node: TensorNode): Float32Array | Float64Array {
    const answer =
      node.storage === null
        ? this.run([node], { readWanted: true })
        : this.run([], { reads: [this.view(node)] });
    return answer.values[0] ?? new Float32Array();
  }

  /** What variables hold and has not been computed, except what is large and perhaps never needed. */
  #worthComputing(): readonly TensorNode[] {
    return [...this.#pending].filter((node) => !blowsUp(node));
  }

  /** Puts a buffer that main has filled under a number. */
  adopt(buffer: number, bytes: number): void {
    this.#buffers.set(buffer, bytes);
    this.#heldBytes += bytes;
  }

  /** Where a computed tensor lies. */
  view(node: TensorNode): BufferTensor {
    if (node.storage === null) this.run([node]);
    return placeOf(node, node.storage);
  }

  /** @throws {GuestError} @throws {RequestRefused} */
  #compute(
    wanted: readonly TensorNode[],
    settled: () => readonly TensorNode[],
    { ops = [], buffers = [], reads: given = [], readWanted = false, samples = null }: RunExtras,
  ): RunAnswer {
    if (this.#formula) {
      throw new GuestError(
        "FormulaError",
        "a value is read here, and a formula has none yet: it must say what happens to any z. Choose by " +
          ".where(…) instead of if, and read other tensors before the function",
      );
    }
    const { lowered, frees, asked } = this.#planned(wanted, settled);
    const places = new Map(lowered.stored.map(({ node, storage }) => [node, storage]));
    const reads = [
      ...given,
      ...(readWanted ? wanted.map((node) => placeOf(node, places.get(node) ?? node.storage)) : []),
    ];
    this.#sinceFlush = 0;
    const isIdle = [lowered.ops, lowered.uploads, ops, reads, frees].every(({ length }) => length === 0);
    const answer = isIdle
      ? { values: [], samplesMs: [] }
      : this.#line.ask<"run">({
          kind: "run",
          frees,
          buffers: [
            ...lowered.buffers.map(({ tensor, temporary }) => ({ tensor, temporary })),
            ...buffers.map((tensor) => ({ tensor, temporary: true })),
          ],
          uploads: lowered.uploads,
          ops: [...lowered.ops, ...ops],
          reads: [...reads, ...lowered.faults.map(({ counter }) => counter)],
          samples,
        });
    if (!isIdle) this.flushes++;
    this.#keep(lowered, asked);
    lowered.faults.forEach(({ node, message }, at) => {
      const count = answer.values[reads.length + at]?.[0] ?? 0;
      if (count > 0) throw new GuestError("IndexError", placed(message(count), node), node.line);
    });
    return { values: answer.values.slice(0, reads.length), samplesMs: answer.samplesMs };
  }

  /** The program, once it fits; collects garbage when there is too little room. @throws {GuestError} */
  #planned(wanted: readonly TensorNode[], settled: () => readonly TensorNode[]) {
    const recorded = new Set(this.#recording?.nodes ?? []);
    const frees = this.#freeBuffers();
    const plan = (asked = settled()) => {
      const lowered = lower({
        wanted: wanted.filter((node) => node.storage === null),
        settled: asked,
        kept: (node) => this.live.holds(node) || recorded.has(node),
        nextBuffer: () => this.nextBuffer(),
      });
      const problem = memoryProblem(lowered, {
        limitBytes: Math.min(LIMIT_BYTES, this.#heldBytes + this.#line.leftBytes),
        heldBytes: this.#heldBytes,
      });
      return { lowered, asked, problem };
    };
    const first = plan();
    if (first.problem === null) return { ...first, frees };
    this.#makeGarbage();
    frees.push(...this.#freeBuffers());
    const second = plan();
    if (second.problem === null) return { ...second, frees };
    // What is only held can wait, if there is room for what is asked for.
    const least = wanted.length === 0 ? second : plan([]);
    if (least.problem === null) return { ...least, frees };
    if (frees.length > 0) this.#line.ask<"run">({ ...NOTHING, frees });
    const [largest] = second.lowered.buffers.toSorted((a, b) => b.bytes - a.bytes);
    throw new GuestError("MemoryError", second.problem, largest?.node?.line ?? null);
  }

  /** The program has run: notes where everything lies now. */
  #keep(lowered: Lowered, settled: readonly TensorNode[]): void {
    const recorded = new Set(this.#recording?.nodes ?? []);
    for (const { tensor, bytes, temporary } of lowered.buffers)
      if (!temporary) this.adopt(tensor.buffer, bytes);
    for (const { node, storage } of lowered.stored) {
      node.storage = storage;
      this.#pending.delete(node);
      if (recorded.has(node)) continue;
      forgetHistory(node);
      // What it was computed from may have been held by it alone.
      this.#someDied = true;
    }
    for (const node of settled) this.#pending.delete(node);
    this.#recordedBytes = 0;
    for (const node of this.#pending) this.#recordedBytes += plannedBytes(node);
  }

  /** Buffers that nothing needs, once for main to free. */
  #freeBuffers(): number[] {
    if (!this.#someDied) return [];
    this.#someDied = false;
    const needed = neededBuffers([...this.live.nodes(), ...(this.#recording?.nodes ?? [])]);
    const frees = [...this.#buffers.keys()].filter((buffer) => !needed.has(buffer));
    for (const buffer of frees) {
      this.#heldBytes -= this.#buffers.get(buffer) ?? 0;
      this.#buffers.delete(buffer);
    }
    return frees;
  }
}

const NOTHING = {
  kind: "run",
  frees: [],
  buffers: [],
  uploads: [],
  ops: [],
  reads: [],
  samples: null,
} as const;

/** A computed node as a tensor. */
function placeOf(node: TensorNode, storage: TensorStorage | null): BufferTensor {
  if (storage === null) throw new TypeError(`tensor ${node.id} was computed and lies nowhere`);
  const shape = node.shape.length === 0 ? [1] : node.shape;
  return { name: node.name ?? node.label, shape, dtype: "float32", ...storage };
}

/** A message with the place of the operation that it is about. */
function placed(message: string, { line }: TensorNode): string {
  return line === null ? message : `${message} (cell ${line.cell}, line ${line.line})`;
}
