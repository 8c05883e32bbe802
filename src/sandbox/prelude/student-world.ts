import { host } from "./host.ts";
import { Membrane, type Wire } from "./membrane.ts";
import { checking } from "./tensor.ts";

// The student's side of the border: does what a lesson's check asks for with what the cells have defined. Whatever the
// student has done to this world, all that leaves it is numbers, texts and tensors.

const world = globalThis as unknown as Readonly<Record<string, unknown>>;
const objects: object[] = [];
const places = new Map<object, number>();
/** Functions of the check as the student sees them. */
const given = new Map<object, number>();
const byNumber = new Map<number, object>();

function send(value: object): Wire {
  const own = given.get(value);
  if (own !== undefined) return { kind: "function", id: own };
  let id = places.get(value);
  if (id === undefined) {
    id = objects.push(value) - 1;
    places.set(value, id);
  }
  const callable = typeof value === "function";
  // Whoever wrote the function may have given it anything for a name.
  const name: unknown = callable ? Reflect.get(value, "name") : "";
  return { kind: "object", id, callable, name: typeof name === "string" ? name : "" };
}

function receive(wire: Extract<Wire, { kind: "object" | "function" }>): unknown {
  if (wire.kind === "object") return objects[wire.id];
  const known = byNumber.get(wire.id);
  if (known !== undefined) return known;
  const { id } = wire;
  const call = (...values: unknown[]): unknown => {
    const on = checking.on;
    const answer = host.cross(border.pack([id, ...values]));
    checking.on = false;
    try {
      return border.unpack(answer).value;
    } finally {
      checking.on = on;
    }
  };
  byNumber.set(id, call);
  given.set(call, id);
  return call;
}

const border = new Membrane(1, { copiesMethods: false, keepsTensors: false, send, receive });

function perform([what, target, ...rest]: readonly unknown[]): unknown {
  const [first, second] = rest;
  switch (what) {
    case "global":
      return world[String(target)];
    case "get":
      return Reflect.get(target as object, String(first)) as unknown;
    case "set":
      return Reflect.set(target as object, String(first), second);
    case "has":
      return Reflect.has(target as object, String(first));
    case "keys":
      return Object.keys(target as object);
    case "call":
      return Reflect.apply(target as () => unknown, first, second as unknown[]);
    case "new":
      return Reflect.construct(target as new () => unknown, first as unknown[]) as unknown;
    default:
      throw new TypeError(`the check asked for ${String(what)}, which is nothing`);
  }
}

/** Carries out one wish of a lesson's check; "" ends the check and lets go of everything. */
export function enterStudent(message: string): string {
  if (message === "") {
    border.clear();
    objects.length = 0;
    for (const known of [places, given, byNumber]) known.clear();
    return "";
  }
  const before = checking.on;
  checking.on = false;
  try {
    const { value, checking: on } = border.unpack(message);
    checking.on = on;
    const result = perform(value as readonly unknown[]);
    checking.on = false;
    return border.pack(result);
  } finally {
    checking.on = before;
  }
}
