/**
 * A set-up step that cannot go on. The message says what failed, what was tried, what answered and what
 * the person at the keyboard can do; `start`, `test` and `lab` print it without a stack trace.
 */
export class SetupError extends Error {
  /**
   * @param {string} summary What could not be done.
   * @param {{ tried?: readonly string[], answer?: string, todo: string, cause?: unknown }} details
   */
  constructor(summary, { tried = [], answer = "", todo, cause }) {
    const lines = [summary];
    for (const attempt of tried) lines.push(`  tried:  ${attempt}`);
    if (answer.trim() !== "") lines.push(`  answer: ${indent(answer.trim())}`);
    lines.push(`  to do:  ${indent(todo)}`);
    super(lines.join("\n"), cause === undefined ? undefined : { cause });
    this.name = "SetupError";
  }
}

/** @param {string} text */
function indent(text) {
  return text.split("\n").join("\n          ");
}
