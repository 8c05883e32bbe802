import { CHECK_WORDS, LIBRARIES, PRELUDE } from "virtual:typescript-libraries";
import { CellService } from "./cell-service.ts";
import type { FromLanguage, LanguageCell, LanguageQuestion, ToLanguage } from "./language-protocol.ts";

/** After the last change: while somebody types, only questions are answered. */
const SETTLE_MS = 250;

const service = new CellService(new Map(Object.entries(LIBRARIES)), PRELUDE, CHECK_WORDS);
let revision = 0;
let known: ReadonlyMap<string, LanguageCell> = new Map();
let waiting: readonly string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

const say = (message: FromLanguage): void => self.postMessage(message);

function answer({ kind, cell, offset, name = "" }: LanguageQuestion): unknown {
  if (kind === "complete") return service.complete(cell, offset);
  if (kind === "describe") return service.describe(cell, offset, name);
  if (kind === "hover") return service.hover(cell, offset);
  if (kind === "signature") return service.signature(cell, offset);
  return service.rename(cell, offset);
}

/** One cell a turn, so that a question waits for one cell at most. */
function checkNext(): void {
  const [cell, ...rest] = waiting;
  if (cell === undefined) return;
  waiting = rest;
  say({ kind: "problems", revision, cell, problems: service.problems(cell) });
  timer = setTimeout(checkNext, 0);
}

self.addEventListener("message", ({ data }: MessageEvent<ToLanguage>) => {
  if (data.kind === "ask") {
    say({ kind: "answer", id: data.id, answer: answer(data.question) });
    return;
  }
  const { order, changed, active } = data;
  const given = new Map(changed.map((cell) => [cell.id, cell]));
  const cells = order.flatMap((id) => given.get(id) ?? known.get(id) ?? []);
  known = new Map(cells.map((cell) => [cell.id, cell]));
  const due = new Set([...waiting, ...service.sync(cells, active)]);
  revision = data.revision;
  const inOrder = order.filter((id) => due.has(id));
  // What is being written first, then what follows from it.
  waiting =
    active === null || !due.has(active) ? inOrder : [active, ...inOrder.filter((id) => id !== active)];
  clearTimeout(timer);
  timer = setTimeout(checkNext, SETTLE_MS);
});
say({ kind: "ready" });
