import { host } from "./host.ts";
import { checking, handleOf, isTensor, rebind, setByHand, wrap, type Tensor } from "./tensor.ts";

// A lesson's check and the student's code run in worlds of their own. Between them go numbers, texts and tensors; of
// functions and objects only numbers that stand for them. So neither world ever holds an object of the other one,
// through which it could change what that world computes with.

/** A value on its way, as JSON. */
export type Wire =
  | string
  | boolean
  | null
  | number
  | { readonly kind: "undefined" }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "tensor"; readonly twin: number }
  | { readonly kind: "array"; readonly items: readonly Wire[] }
  | { readonly kind: "record"; readonly fields: readonly (readonly [string, Wire])[] }
  /** Something of the student's world. */
  | { readonly kind: "object"; readonly id: number; readonly callable: boolean; readonly name: string }
  /** A function of the check's world. */
  | { readonly kind: "function"; readonly id: number };

/** A tensor that both worlds have, as it is now. */
interface TwinState {
  readonly twin: number;
  /** Where its handle, and that of its gradient, lie on the host's tray. */
  readonly handle: number;
  readonly gradient: number | null;
}

export interface Message {
  readonly twins: readonly TwinState[];
  readonly checking: boolean;
  readonly value: Wire;
}

interface Twin {
  readonly tensor: Tensor;
  handle: unknown;
  gradient: Tensor | null;
}

/** How a world sends what is its own, and makes something of what is the other one's. */
export interface OwnValues {
  /** Whether a plain object with functions goes as a copy; else it stays, and a number stands for it. */
  readonly copiesMethods: boolean;
  /** Whether tensors that were made here stay as they are, whatever the other world does to them. */
  readonly keepsTensors: boolean;
  readonly send: (value: object) => Wire;
  readonly receive: (wire: Extract<Wire, { kind: "object" | "function" }>) => unknown;
}

/** One side of the border. */
export class Membrane {
  readonly #own: OwnValues;
  readonly #byNumber = new Map<number, Twin>();
  readonly #numbers = new Map<Tensor, number>();
  /** Own tensors that the other world may change in place. */
  readonly #changeable = new Set<Tensor>();
  /** Even in one world, odd in the other. */
  readonly #parity: number;
  #nextTwin: number;

  /** @param first 0 or 1, the other one in the other world. */
  constructor(first: number, own: OwnValues) {
    this.#own = own;
    this.#parity = first;
    this.#nextTwin = first;
  }

  /** From here on the other world may change this tensor of one's own. */
  allowChanges(tensor: Tensor): void {
    this.#changeable.add(tensor);
  }

  /** Nothing of the other world is kept. */
  clear(): void {
    this.#byNumber.clear();
    this.#numbers.clear();
  }

  pack(value: unknown): string {
    host.clearTray();
    const wire = this.#send(value, 0);
    const twins: TwinState[] = [];
    for (const [number, twin] of this.#byNumber) {
      const { tensor } = twin;
      const handle = handleOf(tensor);
      if (twin.handle === handle && twin.gradient === tensor.g) continue;
      twin.handle = handle;
      twin.gradient = tensor.g;
      const gradient = tensor.g === null ? null : host.put(handleOf(tensor.g));
      twins.push({ twin: number, handle: host.put(handle), gradient });
    }
    return JSON.stringify({ twins, checking: checking.on, value: wire } satisfies Message);
  }

  unpack(text: string): { readonly value: unknown; readonly checking: boolean } {
    const message = JSON.parse(text) as Message;
    for (const { twin: number, handle, gradient } of message.twins) this.#update(number, handle, gradient);
    return { value: this.#receive(message.value), checking: message.checking };
  }

  #update(number: number, place: number, gradient: number | null): void {
    const handle = host.take(place);
    const known = this.#byNumber.get(number);
    const tensor = known?.tensor ?? wrap(handle);
    if (known === undefined) this.#remember(number, tensor);
    else if (this.#mayChange(number, tensor)) rebind(tensor, handle);
    setByHand(tensor, gradient === null ? null : wrap(host.take(gradient)));
    const twin = this.#byNumber.get(number);
    if (twin === undefined) return;
    // What was refused goes over once more as it is here.
    twin.handle = handleOf(tensor) === handle ? handle : null;
    twin.gradient = tensor.g;
  }

  /** The check keeps its own tensors as they are, or a student's code could change what it is compared with. */
  #mayChange(number: number, tensor: Tensor): boolean {
    return !this.#own.keepsTensors || number % 2 !== this.#parity || this.#changeable.has(tensor);
  }

  #remember(number: number, tensor: Tensor): void {
    this.#numbers.set(tensor, number);
    this.#byNumber.set(number, { tensor, handle: null, gradient: null });
  }

  #numberOf(tensor: Tensor): number {
    const known = this.#numbers.get(tensor);
    if (known !== undefined) return known;
    const number = this.#nextTwin;
    this.#nextTwin += 2;
    this.#remember(number, tensor);
    return number;
  }

  #send(value: unknown, depth: number): Wire {
    if (depth > 50) throw new TypeError("a value of more than 50 levels cannot be handed over");
    if (value === null || typeof value === "boolean" || typeof value === "string") return value;
    if (value === undefined) return { kind: "undefined" };
    if (typeof value === "number") {
      return Number.isFinite(value) ? value : { kind: "number", text: String(value) };
    }
    if (typeof value !== "object" && typeof value !== "function") {
      throw new TypeError(`a ${typeof value} cannot be handed over`);
    }
    if (isTensor(value)) return { kind: "tensor", twin: this.#numberOf(value) };
    if (Array.isArray(value)) {
      const items: Wire[] = [];
      for (let at = 0; at < value.length; at++) items.push(this.#send(value[at], depth + 1));
      return { kind: "array", items };
    }
    if (value instanceof Float32Array || value instanceof Float64Array) {
      return this.#send(Array.from(value), depth);
    }
    if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
      const fields = Object.entries(value).map(
        ([key, item]: [string, unknown]) => [key, this.#send(item, depth + 1)] as const,
      );
      if (this.#own.copiesMethods || fields.every(([, wire]) => !isOwn(wire)))
        return { kind: "record", fields };
    }
    return this.#own.send(value);
  }

  #receive(wire: Wire): unknown {
    if (wire === null || typeof wire !== "object") return wire;
    switch (wire.kind) {
      case "undefined":
        return undefined;
      case "number":
        return Number(wire.text);
      case "tensor":
        return this.#byNumber.get(wire.twin)?.tensor;
      case "array":
        return wire.items.map((item) => this.#receive(item));
      case "record":
        return Object.fromEntries(wire.fields.map(([key, item]) => [key, this.#receive(item)]));
      case "object":
      case "function":
        return this.#own.receive(wire);
    }
  }
}

/** Whether a value goes by a number that stands for it, so that what holds it must go so too. */
const isOwn = (wire: Wire): boolean =>
  typeof wire === "object" && wire !== null && (wire.kind === "object" || wire.kind === "function");
