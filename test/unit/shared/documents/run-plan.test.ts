import { describe, expect, test } from "vitest";
import { analyseCell } from "../../../../src/sandbox/cell-names.ts";
import {
  EMPTY_MEMORY,
  rememberRun,
  RunPlan,
  type KernelMemory,
  type PlannedCell,
} from "../../../../src/shared/documents/run-plan.ts";

/** A kernel that only remembers; `changes` are what a run changed that its text does not show. */
class Kernel {
  memory: KernelMemory = EMPTY_MEMORY;
  cells: PlannedCell[] = [];
  readonly ran: string[] = [];
  #runs = 0;

  constructor(cells: Readonly<Record<string, string>>) {
    for (const [id, code] of Object.entries(cells)) this.edit(id, code);
  }

  edit(id: string, code: string): void {
    const { names, codeText } = analyseCell(code);
    const cell = { id, names, codeHash: codeText };
    const place = this.cells.findIndex((one) => one.id === id);
    if (place < 0) this.cells.push(cell);
    else this.cells[place] = cell;
  }

  get plan(): RunPlan {
    return new RunPlan(this.cells, this.memory);
  }

  run(id: string, { failed = false, changes = [] as readonly string[] } = {}): readonly string[] {
    const order = this.plan.before(id);
    for (const one of order) {
      const cell = this.cells.find((candidate) => candidate.id === one)!;
      const read = this.plan.needs(one);
      const found = [...(cell.names?.changes ?? []), ...(one === id ? changes : [])];
      this.memory = rememberRun(this.memory, cell, {
        run: ++this.#runs,
        failed: failed && one === id,
        changes: found,
        read,
      });
      this.ran.push(one);
    }
    return order;
  }

  states(): string {
    return this.cells
      .map(({ id }) => {
        const { state, because } = this.plan.stateOf(id);
        return `${id} ${state}${because === "" ? "" : ` (${because})`}`;
      })
      .join(", ");
  }
}

const SEED = {
  8: "let w1 = randn(2, 2), b1 = zeros(2);",
  9: "function linear(x, w, b) { return x.matmul(w).add(b); }",
  10: "function relu(x) { return x.clampMin(0); }",
  11: "let first = relu(linear(x, w1, b1));",
  13: "w1 = randn(2, 2).mul(2);",
  17: "function relu(x) { return x.clampMin(0).sub(0.5); } kaim = relu(linear(x, w1, b1));",
  19: "function model(x) { return relu(linear(x, w1, b1)); }",
  20: "assert(model(x));",
};

describe("which cells run", () => {
  test("what a cell needs runs first, as in a run from the top", () => {
    const kernel = new Kernel(SEED);
    expect(kernel.run("11")).toEqual(["8", "9", "10", "11"]);
    expect(kernel.run("11")).toEqual(["11"]);
    expect(kernel.run("20")).toEqual(["13", "17", "19", "20"]);
    expect(kernel.states()).toBe(
      "8 fresh, 9 fresh, 10 fresh, 11 fresh, 13 fresh, 17 fresh, 19 fresh, 20 fresh",
    );
  });

  test("a cell above gets the definition above it, not the one below that ran last", () => {
    const kernel = new Kernel(SEED);
    kernel.run("20");
    // relu is cell 17's and w1 cell 13's now; cell 11 wants those of 10 and 8.
    expect(kernel.run("11")).toEqual(["8", "10", "11"]);
    expect(kernel.run("20")).toEqual(["13", "17", "20"]);
  });

  test("an edit marks what follows, and runs nothing by itself; an edited comment marks nothing", () => {
    const kernel = new Kernel(SEED);
    for (const { id } of kernel.cells) kernel.run(id);
    kernel.edit("9", "function linear(x, w, b) { /* why */ return x.matmul(w).add(b); }");
    expect(kernel.states()).not.toMatch(/changed|stale/);
    kernel.edit("9", "function linear(x, w, b) { return x.matmul(w); }");
    expect(kernel.states()).toBe(
      "8 fresh, 9 changed, 10 fresh, 11 stale (linear), 13 fresh, 17 stale (linear), 19 fresh, 20 stale (linear)",
    );
    expect(kernel.run("20")).toEqual(["9", "17", "20"]);
  });

  test("a failed cell is run again by what needs it", () => {
    const kernel = new Kernel(SEED);
    kernel.run("13", { failed: true });
    expect(kernel.plan.stateOf("13").state).toBe("failed");
    expect(kernel.plan.before("20")).toContain("13");
  });

  test("what was changed in place is part of a name's value", () => {
    const kernel = new Kernel({
      a: "let w = randn(2);",
      b: "nn.init.kaimingNormal_(w);",
      c: "show({ w });",
      d: "w.sub_(1);",
      e: "show({ w });",
    });
    for (const { id } of kernel.cells) kernel.run(id);
    expect(kernel.states()).not.toMatch(/stale|changed/);
    // In force is w after d; c wants it as b left it.
    expect(kernel.run("c")).toEqual(["a", "b", "c"]);
    expect(kernel.run("e")).toEqual(["d", "e"]);
  });

  test("a gradient that a called function sets is a name of its own", () => {
    const kernel = new Kernel({
      a: "let w = randn(2);",
      b: "function back(x) { w.g = x; }",
      c: "back(1);",
      d: "const kept = w.g.clone();",
      e: "show({ w });",
    });
    for (const { id } of kernel.cells) kernel.run(id, id === "c" ? { changes: ["w.g"] } : {});
    expect(kernel.run("e")).toEqual(["e"]);
    kernel.edit("b", "function back(x) { w.g = x.mul(2); }");
    expect(kernel.states()).toBe("a fresh, b changed, c stale (back), d stale (back), e fresh");
  });

  test("from a fresh kernel also runs what may set a gradient or change an object", () => {
    const kernel = new Kernel({
      a: "let w = randn(2);",
      b: "function back(x) { w.g = x; }",
      c: "back(1);",
      d: "class Net { call() {} } const net = new Net();",
      e: "net.call();",
      f: "print(net);",
      g: "print(w.g);",
      h: "print(w);",
    });
    expect(kernel.plan.before("h")).toEqual(["a", "h"]);
    expect(kernel.plan.before("g")).toEqual(["a", "b", "c", "g"]);
    expect(kernel.plan.before("f")).toEqual(["d", "e", "f"]);
  });

  test("an object carries what its class uses", () => {
    const kernel = new Kernel({
      a: "function relu(x) { return x; }",
      b: "class Net { call(x) { return relu(x); } }",
      c: "const net = new Net();",
      d: "net.call(1);",
    });
    expect(kernel.run("d")).toEqual(["a", "b", "c", "d"]);
    kernel.edit("a", "function relu(x) { return x.neg(); }");
    expect(kernel.plan.stateOf("d")).toEqual({ state: "stale", because: "relu" });
  });

  test("a cell that changes what it reads needs it from above", () => {
    const kernel = new Kernel({ a: "let n = 1;", b: "n = n + 1;", c: "print(n);" });
    kernel.run("c");
    expect(kernel.ran).toEqual(["a", "b", "c"]);
    expect(kernel.run("b")).toEqual(["a", "b"]);
    expect(kernel.plan.stateOf("c")).toEqual({ state: "stale", because: "n" });
  });

  test("a name used above its only definition is told before anything runs", () => {
    const kernel = new Kernel({ a: "print(later);", b: "const later = 1;" });
    expect(kernel.plan.tooEarly("a")).toEqual([{ cell: "a", name: "later", definedIn: "b" }]);
    expect(kernel.plan.tooEarly("b")).toEqual([]);
  });
});

test("madeBy() are the cells that make what a cell reads; beforeAll() is before() of several together", () => {
  const kernel = new Kernel({
    a: "const x = 1;",
    b: "function f() { return x; }",
    c: "const y = 2;",
    d: "f() + y;",
    e: "y;",
  });
  expect(kernel.plan.madeBy("d")).toEqual(["a", "b", "c"]);
  expect(kernel.plan.madeBy("e")).toEqual(["c"]);
  expect(kernel.plan.madeBy("a")).toEqual([]);
  expect(kernel.plan.beforeAll(["e", "d", "b"])).toEqual(["a", "b", "c", "d", "e"]);
  expect(kernel.plan.beforeAll([])).toEqual([]);
});
