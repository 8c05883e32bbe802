/** The names of a cell's code, found without running it. */
export interface CellNames {
  /** Declared or assigned at the top level. */
  readonly defines: readonly string[];
  /**
   * Read from above while the cell itself runs, what its own functions read among them when it calls them; not what it
   * declares itself. `w.g` stands for the gradient of `w`.
   */
  readonly uses: readonly string[];
  /** By a function or class that the cell defines: what its body uses, when somebody calls it. */
  readonly deferred: Readonly<Record<string, readonly string[]>>;
  /** Changed without being assigned, as far as the text shows it: `w` by `w.zero_()`, `w.g` by `w.g = …`. */
  readonly changes: readonly string[];
  /** Defined by `new`: whoever uses such an object may change what it holds. */
  readonly objects: readonly string[];
}

/** A cell that can run, at its place in the document. */
export interface PlannedCell {
  readonly id: string;
  /** Of the code without comments and blanks: an edited comment makes nothing stale. */
  readonly codeHash: string;
  /** Null where the code cannot be parsed. */
  readonly names: CellNames | null;
}

/** A write of a name by a run of a cell. */
interface Write {
  readonly cell: string;
  readonly run: number;
}

export interface LastRun {
  readonly run: number;
  readonly codeHash: string;
  readonly failed: boolean;
  /** What each name that the cell read was made of. */
  readonly read: Readonly<Record<string, readonly Write[]>>;
  /** `w` where the run changed the tensor of that name in place, `w.g` where it set its gradient. */
  readonly changes: readonly string[];
}

/** What the kernel holds: by cell its last run, by name the writes since its last definition. */
export interface KernelMemory {
  readonly lastRuns: ReadonlyMap<string, LastRun>;
  readonly writes: ReadonlyMap<string, readonly Write[]>;
}

export type CellState = "never run" | "fresh" | "changed" | "stale" | "failed";

export interface StateOfCell {
  readonly state: CellState;
  /** Of a stale cell: the name that changed; else empty. */
  readonly because: string;
}

/** A name that is used above its only definition. */
export interface NameTooEarly {
  readonly cell: string;
  readonly name: string;
  readonly definedIn: string;
}

const GRADIENT = ".g";
/** The name that a gradient's name belongs to, or null. */
const ownerOf = (name: string): string | null =>
  name.endsWith(GRADIENT) ? name.slice(0, -GRADIENT.length) : null;

export const EMPTY_MEMORY: KernelMemory = { lastRuns: new Map(), writes: new Map() };

/**
 * Which cells must run before a cell, and which are stale. A cell uses the last definition above it, as a run from
 * the top would; what lies below never counts.
 */
export class RunPlan {
  readonly #cells: readonly PlannedCell[];
  readonly #place: ReadonlyMap<string, number>;
  readonly #memory: KernelMemory;
  readonly #states = new Map<number, StateOfCell>();

  constructor(cells: readonly PlannedCell[], memory: KernelMemory) {
    this.#cells = cells;
    this.#place = new Map(cells.map(({ id }, place) => [id, place]));
    this.#memory = memory;
  }

  /** The cells that must run for `id` to give what a run from the top would give, in order; `id` is the last. */
  before(id: string): readonly string[] {
    return this.beforeAll([id]);
  }

  /** The same for several cells together. */
  beforeAll(ids: readonly string[]): readonly string[] {
    const wanted = new Set<number>();
    for (const id of ids) this.#require(this.#placeOf(id), wanted);
    return [...wanted].sort((a, b) => a - b).map((place) => this.#cellAt(place).id);
  }

  /** The cells above that make the names which this one reads, in order; not what those need. */
  madeBy(id: string): readonly string[] {
    const place = this.#placeOf(id);
    const places = new Set(this.#needs(place).flatMap((name) => this.#writers(name, place, true)));
    return [...places].sort((a, b) => a - b).map((at) => this.#cellAt(at).id);
  }

  stateOf(id: string): StateOfCell {
    return this.#stateAt(this.#placeOf(id));
  }

  /** Names of this cell that only a cell below defines. */
  tooEarly(id: string): readonly NameTooEarly[] {
    const place = this.#placeOf(id);
    return this.#needs(place).flatMap((name) => {
      if (this.#writers(name, place).length > 0) return [];
      const later = this.#cells.find((cell, at) => at > place && cell.names?.defines.includes(name) === true);
      return later === undefined ? [] : [{ cell: id, name, definedIn: later.id }];
    });
  }

  /** All names that a run of this cell reads. */
  needs(id: string): readonly string[] {
    return this.#needs(this.#placeOf(id));
  }

  /** All names that a run of the cell at `place` needs, those of the functions that it uses among them. */
  #needs(place: number): readonly string[] {
    const names = new Set<string>();
    const visit = (name: string): void => {
      if (names.has(name)) return;
      names.add(name);
      for (const at of this.#writers(name, place)) this.#cellAt(at).names?.deferred[name]?.forEach(visit);
    };
    const cell = this.#cellAt(place);
    cell.names?.uses.forEach(visit);
    return [...names];
  }

  /**
   * Places above `place` whose runs make up a name's value: its last definition, then what changed it in place. With
   * `suspected` also cells that have never run and may change it: what a text says of that is not all.
   */
  #writers(name: string, place: number, suspected = false): readonly number[] {
    const changed: number[] = [];
    const owner = ownerOf(name);
    for (let at = place - 1; at >= 0; at--) {
      const cell = this.#cellAt(at);
      if (cell.names?.defines.includes(name) === true) return [at, ...changed];
      // A name that is defined anew has no gradient yet.
      if (owner !== null && cell.names?.defines.includes(owner) === true) return changed;
      const last = this.#memory.lastRuns.get(cell.id);
      const changes = last?.changes.includes(name) ?? (suspected && this.#mayChange(name, at));
      if (changes) changed.unshift(at);
    }
    return changed;
  }

  /** Whether a cell that has never run may set a gradient, or change a tensor or an object. */
  #mayChange(name: string, place: number): boolean {
    if (this.#cellAt(place).names?.changes.includes(name) === true) return true;
    const owner = ownerOf(name);
    const isObject = this.#cells.slice(0, place).some(({ names }) => names?.objects.includes(name));
    return (owner !== null || isObject) && this.#needs(place).includes(owner ?? name);
  }

  /**
   * How many of a name's writers are in force: the kernel holds what the first `count` of them made, from their
   * present code, and nothing else has written there since. 0 where anything differs.
   */
  #writersInForce(name: string, writers: readonly number[]): number {
    const writes = this.#memory.writes.get(name) ?? [];
    const match = writes.every(({ cell, run }, index) => {
      const at = writers[index];
      if (at === undefined || this.#cells[at]?.id !== cell) return false;
      return this.#memory.lastRuns.get(cell)?.run === run && this.#isFresh(at);
    });
    return match ? writes.length : 0;
  }

  #isFresh(place: number): boolean {
    return this.#stateAt(place).state === "fresh";
  }

  #require(place: number, wanted: Set<number>): void {
    if (wanted.has(place)) return;
    wanted.add(place);
    for (const name of this.#needs(place)) {
      const writers = this.#writers(name, place, true);
      const kept = writers.some((at) => wanted.has(at)) ? 0 : this.#writersInForce(name, writers);
      for (const at of writers.slice(kept)) this.#require(at, wanted);
    }
  }

  #stateAt(place: number): StateOfCell {
    const known = this.#states.get(place);
    if (known !== undefined) return known;
    const state = this.#findState(place);
    this.#states.set(place, state);
    return state;
  }

  #findState(place: number): StateOfCell {
    const cell = this.#cellAt(place);
    const last = this.#memory.lastRuns.get(cell.id);
    if (last === undefined) return { state: "never run", because: "" };
    if (last.codeHash !== cell.codeHash) return { state: "changed", because: "" };
    if (last.failed) return { state: "failed", because: "" };
    for (const name of this.#needs(place)) {
      const because = this.#changedName(name, place, last);
      if (because !== null) return { state: "stale", because };
    }
    return { state: "fresh", because: "" };
  }

  /** The name at the root of it, where the cell at `place` would read `name` made otherwise than when it last ran. */
  #changedName(name: string, place: number, last: LastRun): string | null {
    const writers = this.#writers(name, place);
    const read = last.read[name] ?? [];
    if (writers.length !== read.length) return name;
    for (const [index, at] of writers.entries()) {
      const write = read[index];
      const { id } = this.#cellAt(at);
      const { state, because } = this.#stateAt(at);
      if (state === "stale") return because;
      const same = write?.cell === id && this.#memory.lastRuns.get(id)?.run === write.run;
      if (!same || state !== "fresh") return name;
    }
    return null;
  }

  #cellAt(place: number): PlannedCell {
    const cell = this.#cells[place];
    if (cell === undefined) throw new RangeError(`RunPlan: there is no cell at place ${place}`);
    return cell;
  }

  #placeOf(id: string): number {
    const place = this.#place.get(id);
    if (place === undefined) throw new RangeError(`RunPlan: there is no cell "${id}" that can run`);
    return place;
  }
}

/** What the kernel holds after a run of `cell`: its definitions begin anew, what it changed in place is added. */
export function rememberRun(
  memory: KernelMemory,
  cell: PlannedCell,
  outcome: {
    readonly run: number;
    readonly failed: boolean;
    readonly changes: readonly string[];
    readonly read: readonly string[];
  },
): KernelMemory {
  const { run, failed, changes, read } = outcome;
  const defines = cell.names?.defines ?? [];
  const onlyChanged = changes.filter((name) => !defines.includes(name));
  const writes = new Map(memory.writes);
  for (const name of defines) {
    writes.set(name, [{ cell: cell.id, run }]);
    writes.delete(`${name}${GRADIENT}`);
  }
  for (const name of onlyChanged) writes.set(name, [...(writes.get(name) ?? []), { cell: cell.id, run }]);
  const lastRuns = new Map(memory.lastRuns);
  lastRuns.set(cell.id, {
    run,
    failed,
    codeHash: cell.codeHash,
    changes: onlyChanged,
    read: Object.fromEntries(read.map((name) => [name, memory.writes.get(name) ?? []])),
  });
  return { lastRuns, writes };
}
