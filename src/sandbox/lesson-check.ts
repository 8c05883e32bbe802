import type { TensorNode } from "../core/tensor/tensor-node.ts";
import type { CheckSource } from "../shared/live/live-settings.ts";
import type { CellSources } from "./cell-sources.ts";
import { GuestError } from "./guest-error.ts";
import type { HostFunction, Interpreter, Thrown } from "./interpreter.ts";
import { prepareCell } from "./prepare-cell.ts";

/**
 * A lesson's check in a world beside the cells': it has the language untouched, and reaches what the cells have defined
 * only by messages. So nothing that cells have done to their world decides what it finds.
 */
export class LessonCheck {
  readonly #student: Interpreter<TensorNode>;
  readonly #world: Interpreter<TensorNode>;
  readonly #sources: CellSources;
  /** What the student's code threw last, with its own places. */
  #thrown: Thrown | null = null;

  constructor(
    student: Interpreter<TensorNode>,
    sources: CellSources,
    hostOf: (cross: (message: string) => string) => Readonly<Record<string, HostFunction<TensorNode>>>,
  ) {
    this.#student = student;
    this.#sources = sources;
    this.#world = student.beside(hostOf((message) => this.#ask(student, "enterStudent", message)));
  }

  /** Runs the check. @returns What it threw, or null. @throws {CellSyntaxError} */
  run({ id, source, names }: CheckSource): Thrown | null {
    const prepared = prepareCell(source);
    const begun = this.#world.callText("beginCheck", JSON.stringify(names));
    if ("thrown" in begun) return begun.thrown;
    const thrown = this.#world.run(prepared.code, this.#sources.add(id, prepared), false);
    const own = this.#thrown;
    // The places of the student's own code say more than where the check has called it.
    return thrown !== null && own?.message === thrown.message ? own : thrown;
  }

  /** The student's code calls a function that the check gave it. @throws {GuestError} */
  enter(message: string): string {
    return this.#ask(this.#world, "enterCheck", message);
  }

  close(): void {
    this.#student.callText("enterStudent", "");
    this.#world.dispose();
  }

  #ask(world: Interpreter<TensorNode>, name: string, message: string): string {
    const answer = world.callText(name, message);
    if ("text" in answer) return answer.text;
    if (world === this.#student) this.#thrown = answer.thrown;
    throw new GuestError(answer.thrown.name, answer.thrown.message);
  }
}
