import { textTable } from "../report/text-table.ts";
import type { LiveFigures } from "./live-figures.ts";
import type { BenchReport, CaseReport, Figures, NotMeasured, PeerFigures } from "./bench-report.ts";
import { grouped } from "../../core/grouped.ts";

/** Three digits that matter, without an exponent. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 6));
}

const speedOf = (figures: Figures): string =>
  figures.stepsPerSecond === undefined
    ? `${threeDigits(figures.gflops)} GFLOP/s`
    : `${threeDigits(figures.stepsPerSecond)} steps/s`;

const ratioOf = ({ ratio }: PeerFigures): string =>
  `${ratio.value.toFixed(2)} × (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`;

const measured = (peer: PeerFigures | NotMeasured): peer is PeerFigures => !("notMeasured" in peer);

/** Every contender of every case in a row, our own first; reasons for what is missing below. */
export function reportText({ machine, cases, warnings, live }: BenchReport): string {
  const head = ["case", "who", "median", "spread", "speed", "threads", "cpu", "time beside ours"];
  const row = (name: string, who: string, figures: Figures, ratio: string): string[] => [
    name,
    who,
    `${threeDigits(figures.medianMs)} ms`,
    `${threeDigits(figures.iqrMs)} ms`,
    speedOf(figures),
    String(figures.threads),
    figures.cpuShare.toFixed(2),
    ratio,
  ];
  const rows = cases.flatMap((entry) => [
    row(entry.name, "ours", entry.ours, entry.peakShare === null ? "" : peakText(entry.peakShare)),
    ...Object.entries(entry.peers).flatMap(([peer, figures]) =>
      measured(figures) ? [row("", peer, figures, ratioOf(figures))] : [],
    ),
  ]);
  const missing = cases.flatMap(({ name, peers }) =>
    Object.entries(peers).flatMap(([peer, figures]) =>
      measured(figures) ? [] : [`${name}, ${peer}: not measured: ${figures.notMeasured}`],
    ),
  );
  return [
    `${[machineText(machine), ...warnings.map((warning) => `Warning: ${warning}`)].join("\n")}\n`,
    textTable(head, rows),
    "",
    ...versionsText(cases),
    ...missing,
    ...(live === undefined ? [] : liveText(live)),
  ]
    .join("\n")
    .trimEnd();
}

/** Contenders that are ours. */
const OWN = new Set(["oursOneThread", "live"]);

/** Which version of each peer; a PyTorch with the reference BLAS is no measure of PyTorch. */
const versionsText = (cases: readonly CaseReport[]): string[] => {
  const versions = new Map(
    cases.flatMap(({ peers }) =>
      Object.entries(peers).flatMap(([name, peer]) =>
        measured(peer) && !OWN.has(name) ? [[name, peer.version] as const] : [],
      ),
    ),
  );
  const slow = [...versions.values()].some((version) => version.includes("reference BLAS"));
  return [
    ...(versions.size === 0
      ? []
      : [`Versions: ${[...versions].map(([name, version]) => `${name} ${version}`).join("; ")}.`]),
    ...(slow
      ? ["PyTorch multiplies with the reference BLAS, which has no vector code: install OpenBLAS to compare."]
      : []),
  ];
};

/** What cells of one's own cost beside their products. */
const liveText = (live: LiveFigures): string[] => [
  `A sandbox is ready, its first cell answered, after ${threeDigits(live.readyMs)} ms; the first of a process after ${threeDigits(live.firstReadyMs)} ms.`,
  `An operation is recorded in ${threeDigits(live.recordedOpUs)} µs.`,
  `An endless loop ends at most ${threeDigits(live.stopMs)} ms after Stop.`,
  `check() of the notebook's network on 256 rows: ${threeDigits(live.checkMs)} ms.`,
  `Backward pass by outer products, 50,000 rows: ${threeDigits(live.outerProductsMs)} ms as a cell, ` +
    `${threeDigits(live.stage2Ms)} ms as stage 2 (${(live.outerProductsMs / live.stage2Ms).toFixed(2)} ×).`,
];

const peakText = (share: number): string => `${(100 * share).toFixed(0)} % of peak`;

const machineText = (machine: BenchReport["machine"]): string =>
  `${machine.date}, ${machine.cpuModel}, ${machine.cpuCores} cores, Electron ${machine.electron}, ` +
  `${machine.kernel}, load before ${machine.loadBefore.toFixed(2)}`;

/** The README's table: a line a case, our median, and how many times as long each peer takes. */
export function reportMarkdown(report: BenchReport): string {
  const peers = [...new Set(report.cases.flatMap((entry) => Object.keys(entry.peers)))];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const cell = (entry: CaseReport, peer: string): string => {
    const figures = entry.peers[peer];
    return figures === undefined || !measured(figures) ? "–" : `${figures.ratio.value.toFixed(2)} ×`;
  };
  const head = ["case", "M × K × N", "ours", "speed", ...peers];
  return [
    `${machineText(report.machine)}. Times of others in multiples of ours; ${report.cases[0]?.threads ?? 0} threads.`,
    ...report.warnings.map((warning) => `Warning: ${warning}`),
    "",
    line(head),
    line(head.map(() => "---")),
    ...report.cases.map((entry) =>
      line([
        entry.name,
        [entry.m, entry.k, entry.n].map((size) => grouped(size)).join(" × "),
        `${threeDigits(entry.ours.medianMs)} ms`,
        speedOf(entry.ours),
        ...peers.map((peer) => cell(entry, peer)),
      ]),
    ),
  ].join("\n");
}
