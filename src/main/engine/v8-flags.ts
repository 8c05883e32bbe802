import { setFlagsFromString } from "node:v8";

/** What decides which flags a runtime has and needs. */
export interface Runtime {
  readonly arch: string;
  /** As `process.versions.v8`. */
  readonly v8: string;
  /** As `process.versions.electron`. */
  readonly electron: string | undefined;
  /** Electron's own main process: neither plain Node nor ELECTRON_RUN_AS_NODE. */
  readonly electronMain: boolean;
}

/** Since this major version Electron's main process handles WebAssembly's memory faults instead of checking bounds. */
const TRAP_HANDLER_SINCE_ELECTRON = 40;

/** V8 takes down with a module, while it reads it, whether the module's memory is checked. */
export const UNCHECKED = "--no-wasm-bounds-checks";

/**
 * The flags of V8 that the kernels gain from. Without them everything works, at half the speed.
 *
 * - `--experimental-wasm-revectorize` joins pairs of 128-bit operations into AVX2. V8 13.0 (Electron 33) has it only
 *   in the compiler that `--turboshaft-wasm` turns on, which later versions always use.
 * - `--no-liftoff` compiles every kernel with the optimising compiler at once, so that the self-test sees the very
 *   code that runs later.
 * - `--no-wasm-bounds-checks` only where V8 would otherwise put a compare on every access, and only while modules that
 *   nobody's input can lead astray are read (`compileTrusted`): shapes are checked before a program is recorded, and the
 *   kernels are tested before they are used; the self-test also looks for writes past the end.
 */
export function v8FlagsFor(runtime: Runtime): readonly string[] {
  const [major = 0, minor = 0] = runtime.v8.split(".").map(Number);
  const version = major + minor / 100;
  const flags: string[] = [];
  if (runtime.arch === "x64" && version >= 13) {
    flags.push("--experimental-wasm-revectorize", "--no-liftoff");
    if (version < 13.06) flags.push("--turboshaft-wasm");
  }
  const electronMajor = Number.parseInt(runtime.electron ?? "", 10);
  if (runtime.electronMain && electronMajor < TRAP_HANDLER_SINCE_ELECTRON) flags.push(UNCHECKED);
  return flags;
}

/** The flags that this process gains from. */
export function ownV8Flags(): readonly string[] {
  const { arch, versions } = process;
  return v8FlagsFor({
    arch,
    v8: versions.v8,
    electron: versions.electron,
    electronMain: process.type === "browser",
  });
}

let optimisesAtOnce = false;
let leavesChecksOut = false;
let compiling: Promise<unknown> = Promise.resolve();

/** Sets the flags this process gains from; before it compiles any WebAssembly, and for its worker threads too. */
export function setV8Flags(): readonly string[] {
  const flags = ownV8Flags();
  for (const flag of flags) if (flag !== UNCHECKED) setFlagsFromString(flag);
  optimisesAtOnce = flags.includes("--no-liftoff");
  leavesChecksOut = flags.includes(UNCHECKED);
  return flags;
}

/** V8's flags hold for the whole process: where some modules need others than the rest, they are read in turns. */
function inTurn<T>(compile: () => Promise<T>): Promise<T> {
  const turn = compiling.then(compile);
  compiling = turn.catch(() => undefined);
  return turn;
}

/**
 * Lets other threads read WebAssembly whose addresses no input can lead astray: the kernels, and TensorFlow.js beside
 * them. `compile` resolves when they have it.
 */
export function compileTrusted<T>(compile: () => Promise<T>): Promise<T> {
  if (!leavesChecksOut) return compile();
  return inTurn(async () => {
    setFlagsFromString(UNCHECKED);
    try {
      return await compile();
    } finally {
      setFlagsFromString("--wasm-bounds-checks");
    }
  });
}

/** Reads WebAssembly that works on what strangers wrote, scripts or files: each of its accesses to memory is checked. */
export function compileGuarded<T>(compile: () => T | Promise<T>): Promise<T> {
  const read = async (): Promise<T> => compile();
  return leavesChecksOut ? inTurn(read) : read();
}

/**
 * Compiles a whole module with V8's quick compiler, whatever the kernels' flags are; what turns out to be hot is
 * optimised later. It blocks: a kernel that another thread compiles meanwhile is right as well, and optimised later too.
 *
 * @throws {WebAssembly.CompileError}
 */
export function compileQuickly(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  setFlagsFromString("--liftoff");
  setFlagsFromString("--no-wasm-lazy-compilation");
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString("--wasm-lazy-compilation");
    if (optimisesAtOnce) setFlagsFromString("--no-liftoff");
  }
}

/**
 * Threads that start from now on compile their own JavaScript. A compiler thread may wait for its thread's garbage
 * collection while that thread, about to end, waits for the compiler: both then wait for ever, and with them every
 * thread that ends later (nodejs/node#54918). Kernels are WebAssembly, which this leaves alone.
 */
export function compileOnOwnThread(): void {
  setFlagsFromString("--no-concurrent-recompilation");
}
