import { MOST_KEPT_PROGRAMS, type PlannedSection } from "../../shared/engine/worker-tasks.ts";

interface SentProgram {
  readonly id: number;
  readonly sections: readonly PlannedSection[];
  readonly dependsOn: string;
}

/**
 * Programs that a pool's threads may hold compiled. To copy a small step's program to a thread and compile it takes
 * longer than to run it: what is run again is called by its number.
 */
export class SentPrograms {
  readonly #sent: SentProgram[] = [];
  #ids = 0;

  /**
   * The number of a program, and whether it was sent under it before.
   *
   * @param sections Equal to earlier ones where their groups are the very same.
   * @param dependsOn All else that a thread's program depends on.
   */
  numberOf(
    sections: readonly PlannedSection[],
    dependsOn: string,
  ): { readonly id: number; readonly wasSent: boolean } {
    const known = this.#sent.find((one) => one.dependsOn === dependsOn && areSame(one.sections, sections));
    if (known !== undefined) return { id: known.id, wasSent: true };
    const id = ++this.#ids;
    this.#sent.push({ id, sections, dependsOn });
    if (this.#sent.length > MOST_KEPT_PROGRAMS) this.#sent.shift();
    return { id, wasSent: false };
  }
}

const areSame = (some: readonly PlannedSection[], others: readonly PlannedSection[]): boolean =>
  some.length === others.length &&
  some.every((one, index) => {
    const other = others[index];
    return (
      other !== undefined &&
      one.groups === other.groups &&
      one.repeats === other.repeats &&
      one.alternate?.groups === other.alternate?.groups &&
      one.alternate?.first === other.alternate?.first &&
      one.alternate?.every === other.alternate?.every
    );
  });
