import { setTimeout as passes } from "node:timers/promises";

const ANSWER_MS = 30_000;
const TIMES = 3;
const LOST = /garbage collected|did not answer/;

/**
 * What main answers to something that may be asked twice. Once in some thousand times, on a busy machine, Node's
 * debugger never hears a question, or loses the promise of its answer; the app itself goes on as ever.
 */
export async function askAgain<R>(ask: () => Promise<R>): Promise<R> {
  for (let time = 1; ; time++) {
    const asked: Promise<{ readonly answer: R } | { readonly lost: unknown }> = ask().then(
      (answer) => ({ answer }),
      (lost: unknown) => ({ lost }),
    );
    const late = passes(
      ANSWER_MS,
      { lost: new Error(`main did not answer within ${ANSWER_MS} ms`) },
      { ref: false },
    );
    const heard = await Promise.race([asked, late]);
    if ("answer" in heard) return heard.answer;
    if (time === TIMES || !LOST.test(String(heard.lost))) throw heard.lost;
    process.stderr.write(`${String(heard.lost)}: asked once more\n`);
  }
}
