import releaseSync from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from "quickjs-emscripten-core";
import { PRELUDE, preludeCode } from "./prelude-source.ts";

/** The name of no module. */
const CLOSED = "nothing";

const MEGABYTE = 2 ** 20;
const PAGE_BYTES = 65_536;
const LIMITS = {
  heapBytes: 64 * MEGABYTE,
  stackBytes: 512 * 1024,
  /** Of the whole WebAssembly memory: what the heap's limit misses ends here. */
  memoryBytes: 96 * MEGABYTE,
  startBytes: 16 * MEGABYTE,
} as const;

const OR_FULL = `, by itself or because its values needed more than the ${LIMITS.heapBytes / MEGABYTE} MB that scripts have`;

/** An error with getters has so long to say what it is, and all variables together. */
const READING_MS = 100;
const INSPECTING_MS = 500;
/** Jobs of a cell that has failed run on this long, and are cut short for as long. */
const ENDING_MS = 25;
/** Between two looks at the clock. */
const JOBS_AT_ONCE = 1_000;
/** 0 would be no limit. */
const LEAST_HEAP_BYTES = 1;

/** What a piece of code threw, read without running any of its code. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What a host function may be given, and what it may answer. */
export type HostValue<T extends object> = T | ArrayBuffer | number | string | undefined;
export type HostFunction<T extends object> = (...given: HostValue<T>[]) => HostValue<T>;

/** How the interpreter and the lab's objects meet. */
export interface HostObjects<T extends object> {
  /** A handle to this object has come into being. */
  readonly hold: (object: T) => void;
  /** The last use of a handle to it has gone. */
  readonly drop: (object: T) => void;
  /** Whether a handle stands for an object that cells may use. */
  readonly knows: (object: object) => object is T;
  /** What an error of the lab looks like to a cell. */
  readonly describe: (error: unknown) => { readonly name: string; readonly message: string };
}

/** What the lab calls of the language wherever cells run. */
const OF_CELLS = ["forgetFailure", "forgetRandom", "makeGarbage", "showResult", "throwFailure"] as const;

/** The language's entry files, with what the lab calls of each. */
const ENTRIES = {
  "./install.ts": [...OF_CELLS, "describeVariables", "enterStudent", "knownNames"],
  "./check-world.ts": [...OF_CELLS, "beginCheck", "enterCheck"],
} as const;
type Entry = keyof typeof ENTRIES;

/** QuickJS in WebAssembly with the tensor language in it: it can reach nothing but the host functions. */
export class Interpreter<T extends object> {
  readonly #vm: QuickJSContext;
  readonly #runtime: QuickJSRuntime;
  readonly #objects: HostObjects<T>;
  readonly #own = new Map<string, QuickJSHandle>();
  /** When code that runs while a cell is not running is ended; the same for all worlds of a runtime. */
  readonly #deadline: { ms: number };
  /** Looking at variables goes on after Stop. */
  #inspecting = false;

  private constructor(runtime: QuickJSRuntime, objects: HostObjects<T>, deadline: { ms: number }) {
    this.#runtime = runtime;
    this.#objects = objects;
    this.#deadline = deadline;
    this.#vm = runtime.newContext();
  }

  /** @param isStopped Asked again and again while code runs; once it says yes, the code ends. */
  static async start<T extends object>(
    wasmModule: WebAssembly.Module,
    host: Readonly<Record<string, HostFunction<T>>>,
    objects: HostObjects<T>,
    isStopped: () => boolean,
  ): Promise<Interpreter<T>> {
    const wasmMemory = new WebAssembly.Memory({
      initial: LIMITS.startBytes / PAGE_BYTES,
      maximum: LIMITS.memoryBytes / PAGE_BYTES,
    });
    const quickjs = await newQuickJSWASMModuleFromVariant(
      newVariant(releaseSync, { wasmMemory, wasmModule }),
    );
    const runtime = quickjs.newRuntime();
    runtime.setMemoryLimit(LIMITS.heapBytes);
    runtime.setMaxStackSize(LIMITS.stackBytes);
    const deadline = { ms: Infinity };
    const remove = runtime.hostRefs.delete.bind(runtime.hostRefs);
    // QuickJS counts references: it tells at once when the last one goes.
    runtime.hostRefs.delete = (id) => {
      const object = runtime.hostRefs.get(id);
      remove(id);
      if (objects.knows(object)) objects.drop(object);
    };
    const interpreter = new Interpreter(runtime, objects, deadline);
    runtime.setInterruptHandler(() => {
      const isLate = deadline.ms < Infinity && performance.now() > deadline.ms;
      return isLate || (!interpreter.#inspecting && isStopped());
    });
    interpreter.#load(host, "./install.ts");
    return interpreter;
  }

  /** A world of its own beside this one, for a lesson's check: the language anew, nothing shared but the limits. */
  beside(host: Readonly<Record<string, HostFunction<T>>>): Interpreter<T> {
    const world = new Interpreter(this.#runtime, this.#objects, this.#deadline);
    world.#load(host, "./check-world.ts");
    return world;
  }

  /** Lets go of all that this world holds. */
  dispose(): void {
    for (const handle of this.#own.values()) handle.dispose();
    this.#own.clear();
    this.#vm.dispose();
  }

  /**
   * Compiles and runs a script, and sees its promises to their end.
   *
   * @param showResult Whether the language is to show the value of its last expression. @returns What it threw, or null.
   */
  run(code: string, fileName: string, showResult: boolean): Thrown | null {
    this.call("forgetFailure");
    const thrown = this.#evaluate(code, fileName, showResult);
    if (thrown !== null) this.#endJobs();
    return thrown;
  }

  #evaluate(code: string, fileName: string, showResult: boolean): Thrown | null {
    const result = this.#vm.evalCode(code, fileName, { type: "global", strict: true });
    if (result.error !== undefined) return result.error.consume((error) => this.#read(error));
    return result.value.consume(
      (value) =>
        this.#drainJobs() ??
        this.call("throwFailure") ??
        (showResult ? this.call("showResult", value) : null) ??
        // Showing it may have run code of the cell's.
        this.#drainJobs(),
    );
  }

  /** Calls one of the language's own functions. @returns What it threw, or null. */
  call(name: string, ...values: readonly QuickJSHandle[]): Thrown | null {
    const own = this.#own.get(name);
    if (own === undefined) throw new TypeError(`the tensor language has no function ${name}`);
    const result = this.#vm.callFunction(own, this.#vm.undefined, ...values);
    if (result.error !== undefined) return result.error.consume((error) => this.#read(error));
    result.value.dispose();
    return null;
  }

  /** Calls one of the language's own functions with a text and gives back its text. */
  callText(name: string, text: string): { readonly text: string } | { readonly thrown: Thrown } {
    const own = this.#own.get(name);
    if (own === undefined) throw new TypeError(`the tensor language has no function ${name}`);
    const result = this.#vm
      .newString(text)
      .consume((given) => this.#vm.callFunction(own, this.#vm.undefined, given));
    if (result.error !== undefined) return { thrown: result.error.consume((error) => this.#read(error)) };
    return { text: result.value.consume((value) => this.#vm.getString(value)) };
  }

  /** Has the language tell the host all variables. @returns Whether it came to an end in time. */
  inspect(): boolean {
    this.#deadline.ms = performance.now() + INSPECTING_MS;
    this.#inspecting = true;
    try {
      return this.call("describeVariables") === null;
    } finally {
      this.#inspecting = false;
      this.#deadline.ms = Infinity;
    }
  }

  #load(host: Readonly<Record<string, HostFunction<T>>>, entry: Entry): void {
    const vm = this.#vm;
    const bound = vm.newObject();
    for (const [name, fn] of Object.entries(host)) {
      vm.newFunction(name, (...given) => this.#answer(fn, given)).consume((handle) => {
        vm.setProp(bound, name, handle);
      });
    }
    bound.consume((object) => {
      vm.setProp(vm.global, "backpropLabHost", object);
    });
    let open = true;
    this.#runtime.setModuleLoader(
      (name) => (open ? preludeCode(name) : { error: new TypeError("cells import nothing") }),
      // Asked for modules that are loaded already, too.
      (_from, name) => (open && PRELUDE.has(name) ? name : CLOSED),
    );
    const namespace = vm.unwrapResult(
      vm.evalCode(preludeCode(entry), entry, { type: "module", strict: true }),
    );
    open = false;
    for (const name of ENTRIES[entry]) {
      this.#own.set(name, vm.getProp(namespace, name));
    }
    namespace.dispose();
  }

  /** The one place where values cross: arguments are taken apart, answers and errors put together. */
  #answer(fn: HostFunction<T>, given: readonly QuickJSHandle[]): QuickJSHandle | { error: QuickJSHandle } {
    try {
      return this.#give(fn(...given.map((handle) => this.#take(handle))));
    } catch (error) {
      return { error: this.#vm.newError(this.#objects.describe(error)) };
    }
  }

  #take(handle: QuickJSHandle): HostValue<T> {
    const vm = this.#vm;
    const type = vm.typeof(handle);
    if (type === "number") return vm.getNumber(handle);
    if (type === "string") return vm.getString(handle);
    if (type === "undefined") return undefined;
    if (type === "object") {
      const object = this.#hostObject(handle);
      if (object !== null) return object;
      return this.#bytes(handle);
    }
    throw new TypeError(`a ${type} cannot be handed to the lab`);
  }

  /** A copy of an array buffer, which only the language's own code hands over. */
  #bytes(handle: QuickJSHandle): ArrayBuffer {
    try {
      return this.#vm.getArrayBuffer(handle).consume((bytes) => bytes.value.slice().buffer);
    } catch {
      throw new TypeError("expected a tensor, a number or text, got an object");
    }
  }

  #hostObject(handle: QuickJSHandle): T | null {
    let object: object;
    try {
      object = this.#vm.unwrapHostRef(handle);
    } catch {
      return null;
    }
    if (!this.#objects.knows(object)) throw new TypeError("this is no tensor of the notebook");
    return object;
  }

  #give(value: HostValue<T>): QuickJSHandle {
    const vm = this.#vm;
    if (value === undefined) return vm.undefined;
    if (typeof value === "number") return vm.newNumber(value);
    if (typeof value === "string") return vm.newString(value);
    if (value instanceof ArrayBuffer) return vm.newArrayBuffer(value);
    this.#objects.hold(value);
    return vm.newHostRef(value).handle;
  }

  #drainJobs(): Thrown | null {
    const result = this.#runtime.executePendingJobs();
    if (result.error === undefined) return null;
    return result.error.consume((error) => this.#read(error));
  }

  /**
   * What a failed or stopped cell still had to do is done or cut short now, its errors untold: it would else be done by
   * the next cell, and fail it. Jobs that only ever make further ones are too short to be interrupted: they get no memory.
   */
  #endJobs(): void {
    const runtime = this.#runtime;
    const goOnUntil = (endMs: number): void => {
      while (runtime.hasPendingJob() && performance.now() < endMs)
        runtime.executePendingJobs(JOBS_AT_ONCE).dispose();
    };
    this.#deadline.ms = performance.now() + ENDING_MS;
    try {
      goOnUntil(this.#deadline.ms);
      runtime.setMemoryLimit(LEAST_HEAP_BYTES);
      goOnUntil(this.#deadline.ms + ENDING_MS);
    } finally {
      runtime.setMemoryLimit(LIMITS.heapBytes);
      this.#deadline.ms = Infinity;
    }
  }

  /** Reads what was thrown, which may have code of its own to run when it is looked at: not for long. */
  #read(thrown: QuickJSHandle): Thrown {
    this.#deadline.ms = performance.now() + READING_MS;
    try {
      return this.#readFields(thrown);
    } finally {
      this.#deadline.ms = Infinity;
    }
  }

  #readFields(thrown: QuickJSHandle): Thrown {
    const vm = this.#vm;
    const field = (name: string): string => {
      try {
        return vm
          .getProp(thrown, name)
          .consume((value) => (vm.typeof(value) === "string" ? vm.getString(value) : ""));
      } catch {
        return "";
      }
    };
    if (vm.typeof(thrown) === "object") {
      const [name, message] = [field("name"), field("message")];
      if (name !== "" || message !== "") return { name, message, stack: field("stack") };
    }
    let shown = "a value that cannot be shown";
    try {
      const dumped: unknown = vm.dump(thrown);
      shown = dumped === undefined ? "undefined" : JSON.stringify(dumped);
    } catch {
      // Whatever it is, the cell has ended.
    }
    const message = `the cell threw ${shown.slice(0, 500)}`;
    // Where no memory is left for an error that says so, the interpreter throws null.
    return { name: "Error", message: shown === "null" ? `${message}${OR_FULL}` : message, stack: "" };
  }
}
