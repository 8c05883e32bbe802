import { createHash } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import { ContractError } from "../../../core/errors.ts";
import type { DocumentCell, LabDocument } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import {
  EMPTY_MEMORY,
  RunPlan,
  type KernelMemory,
  type PlannedCell,
} from "../../../shared/documents/run-plan.ts";
import type { CellStanding, LiveSelection } from "../../../shared/live/live-session.ts";
import { planCell, runnableCells } from "./plan-cells.ts";

const hashOf = (parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex");

/** Longest that nobody else is answered while a document is opened. */
const PART_MS = 8;

/** A document's text with what it says of the order in which its cells run. */
export class PlannedDocument {
  readonly document: LabDocument;
  readonly cells: readonly DocumentCell[];
  readonly #planned: readonly PlannedCell[];
  readonly #fresh: RunPlan;
  #hashes: ReadonlyMap<string, string> | null = null;

  private constructor(document: LabDocument, planned: readonly PlannedCell[]) {
    this.document = document;
    this.cells = runnableCells(document.cells);
    this.#planned = planned;
    this.#fresh = new RunPlan(planned, EMPTY_MEMORY);
  }

  /**
   * @param earlier What was found of the same cells before: only edited ones are looked at anew.
   * @throws {DataFormatError}
   */
  static of(text: string, earlier: PlannedDocument | null): PlannedDocument {
    const { document } = readLabDocument("the notebook", text);
    const known = new Map(
      earlier?.cells.map((cell, at) => [`${cell.id} ${cell.source}`, earlier.#planned[at]]),
    );
    const planned = runnableCells(document.cells).map(
      (cell) => known.get(`${cell.id} ${cell.source}`) ?? planCell(cell),
    );
    return new PlannedDocument(document, planned);
  }

  /** Looks at the cells in small parts, between which others are answered: of a long notebook it takes 0.2 s. */
  static async inParts(text: string): Promise<PlannedDocument> {
    const { document } = readLabDocument("the notebook", text);
    const planned: PlannedCell[] = [];
    let since = performance.now();
    for (const cell of runnableCells(document.cells)) {
      planned.push(planCell(cell));
      if (performance.now() - since < PART_MS) continue;
      await breathe();
      since = performance.now();
    }
    return new PlannedDocument(document, planned);
  }

  /** Of all code and of what it runs with: equal where a run from the top gives the same. */
  get key(): string {
    const { seed, threads, rows } = this.document.header;
    return hashOf([
      `${seed} ${threads} ${rows}`,
      ...this.#planned.map(({ id, codeHash }) => `${id} ${codeHash}`),
    ]);
  }

  /** Of a cell's code and of all that it needs; null where there is no such cell. */
  hashOf(id: string): string | null {
    if (this.#hashes === null) {
      const { seed, threads, rows } = this.document.header;
      const hashes = new Map<string, string>();
      // What a cell needs stands above it.
      for (const cell of this.#planned) {
        const needed = this.#fresh.madeBy(cell.id).map((need) => hashes.get(need) ?? "");
        hashes.set(cell.id, hashOf([`${seed} ${threads} ${rows}`, cell.codeHash, ...needed]));
      }
      this.#hashes = hashes;
    }
    return this.#hashes.get(id) ?? null;
  }

  /** What `hashOf` is of, to be read: the code of the cells that a cell needs, in order, and its own. */
  sourceOf(id: string): string {
    const cells = this.#fresh.before(id).map((one) => this.cell(one));
    if (cells.length === 1) return cells[0]?.source ?? "";
    return cells.map((cell) => `// Cell ${cell.id}\n${cell.source}`).join("\n\n");
  }

  /** "cell 3", as the window numbers it. */
  nameOf(id: string): string {
    return `cell ${1 + this.document.cells.findIndex((cell) => cell.id === id)}`;
  }

  planned(id: string): PlannedCell {
    const found = this.#planned.find((cell) => cell.id === id);
    if (found !== undefined) return found;
    throw new ContractError(`There is no cell "${id}" that can run`);
  }

  cell(id: string): DocumentCell {
    const found = this.cells.find((cell) => cell.id === id);
    if (found !== undefined) return found;
    throw new ContractError(`There is no cell "${id}" that can run`);
  }

  plan(memory: KernelMemory): RunPlan {
    return new RunPlan(this.#planned, memory);
  }

  standings(memory: KernelMemory): CellStanding[] {
    const plan = this.plan(memory);
    return this.cells.map(({ id }) => ({
      id,
      ...plan.stateOf(id),
      hash: this.hashOf(id) ?? "",
      tooEarly: plan.tooEarly(id).map(({ name, definedIn }) => ({ name, definedIn })),
    }));
  }

  /** The cells that run for a selection, in order. @throws {ContractError} */
  selected(selection: LiveSelection, memory: KernelMemory): readonly string[] {
    const plan = this.plan(memory);
    const inOrder = (chosen: ReadonlySet<string>): string[] =>
      this.cells.map(({ id }) => id).filter((id) => chosen.has(id));
    const withNeeds = (ids: readonly string[]): string[] => inOrder(new Set(plan.beforeAll(ids)));
    const stateOf = (id: string) => plan.stateOf(id).state;
    switch (selection.kind) {
      case "all":
        return this.cells.map(({ id }) => id);
      case "cells": {
        const ids = selection.ids.map((id) => this.cell(id).id);
        return selection.withNeeds ? withNeeds(ids) : inOrder(new Set(ids));
      }
      case "to": {
        const last = this.cells.indexOf(this.cell(selection.id));
        const above = this.cells.slice(0, last).map(({ id }) => id);
        return inOrder(new Set([...above.filter((id) => stateOf(id) !== "fresh"), selection.id]));
      }
      case "stale":
        return withNeeds(
          this.cells.map(({ id }) => id).filter((id) => ["stale", "changed", "failed"].includes(stateOf(id))),
        );
    }
  }

  /** @throws {ContractError} If one of these cells uses a name above its only definition. */
  requireOrder(ids: readonly string[]): void {
    const early = ids.flatMap((id) => this.#fresh.tooEarly(id));
    if (early.length === 0) return;
    const described = early.map(
      ({ cell, name, definedIn }) =>
        `cell ${cell} uses ${name}, which is only defined below it, in cell ${definedIn}`,
    );
    throw new ContractError(
      `Nothing was run: ${described.join("; ")}. Move the definition up, or define it in a cell above`,
    );
  }
}
