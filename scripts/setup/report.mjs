/**
 * What the set-up tells the person, on stderr (stdout belongs to the program that follows), and how long
 * each step took. Silent as long as every step finds its work already done.
 *
 * @param {{ timings?: boolean, stream?: NodeJS.WriteStream }} [options]
 */
export function createReport({ timings = false, stream = process.stderr } = {}) {
  let progressShown = false;
  const report = {
    /** @param {string} line */
    say(line) {
      clearProgress();
      stream.write(`${line}\n`);
    },
    /**
     * A line that replaces itself; only where a terminal can show that.
     *
     * @param {string} label @param {number} done @param {number} total
     */
    progress(label, done, total) {
      if (!stream.isTTY || total === 0) return;
      progressShown = true;
      stream.write(`\r  ${label}: ${String(Math.floor((100 * done) / total))} %   `);
    },
    /**
     * @template T
     * @param {string} name
     * @param {() => T | Promise<T>} step
     * @returns {Promise<T>}
     */
    async timed(name, step) {
      const start = performance.now();
      const result = await step();
      if (timings)
        report.say(`  ${name.padEnd(18)} ${(performance.now() - start).toFixed(0).padStart(7)} ms`);
      return result;
    },
  };
  return report;

  function clearProgress() {
    if (progressShown) stream.write(`\r${" ".repeat(60)}\r`);
    progressShown = false;
  }
}

/** @typedef {ReturnType<typeof createReport>} Report */
