import type { RungResult } from "../../shared/experiments/ladder.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatNumber, formatPercent, fullPrecision } from "../../shared/format/number.ts";
import { formatSpread } from "../../shared/format/spread.ts";
import { resultKey } from "./ladder-store.ts";
import { DataTable } from "../ui/data-table.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import { OutcomeBadge } from "../ui/outcome-badge.tsx";
import { exactRatio, formatRatio } from "../../shared/format/format-ratio.ts";
import { rungLabel } from "./figures/rung-label.ts";
import { hasTimes, shapeText } from "./ladder-results.ts";
import { resultVerdict } from "./rung-verdict.ts";

const NUMBERS = [
  "shape",
  "threads",
  "cold",
  "median ± ½ IQR",
  "minimum",
  "GFLOP/s",
  "over rung 1",
  "of peak",
] as const;

/** Every rung of a recorded ladder in a line. */
export function RungTable({ results }: { readonly results: readonly RungResult[] }) {
  return (
    <DataTable label="Rungs of this ladder">
      <thead>
        <tr>
          <th scope="col">rung</th>
          <th scope="col">verdict</th>
          {NUMBERS.map((name) => (
            <th key={name} scope="col" data-numeric="true">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {results.map((result) => (
          <RungRow key={resultKey(result)} result={result} />
        ))}
      </tbody>
    </DataTable>
  );
}

function RungRow({ result }: { readonly result: RungResult }) {
  const { shape, threads, coldMs, medianMs, iqrMs, minMs, gflops, overFirst, peakShare } = result;
  const verdict = resultVerdict(result);
  // Over itself rung 1 is 1, exactly.
  const over = result.rung === "triple-loop" ? null : overFirst;
  const timed = hasTimes(result);
  return (
    <tr>
      <th scope="row">{rungLabel(result)}</th>
      <td title={verdict.reason}>
        <OutcomeBadge outcome={verdict} />
      </td>
      <Value text={shapeText(shape)} exact={shapeText(shape)} />
      <Value text={String(threads)} exact={String(threads)} />
      {timed ? (
        <>
          <Value text={formatDuration(coldMs)} exact={`${coldMs} ms`} />
          <Value
            text={formatSpread(medianMs, iqrMs / 2, "ms")}
            exact={`median ${medianMs} ms, IQR ${iqrMs} ms`}
          />
          <Value text={formatDuration(minMs)} exact={`${minMs} ms`} />
          <Value text={formatNumber(gflops)} exact={fullPrecision(gflops)} />
          <Value
            text={over === null ? "–" : formatRatio(over)}
            exact={over === null ? "" : exactRatio(over)}
          />
          <Value
            text={peakShare === null ? "–" : formatPercent(peakShare)}
            exact={peakShare === null ? "" : fullPrecision(peakShare)}
          />
        </>
      ) : (
        <td colSpan={NUMBERS.length - 2}>{verdict.reason}</td>
      )}
    </tr>
  );
}

function Value({ text, exact }: { readonly text: string; readonly exact: string }) {
  return <td data-numeric="true">{exact === "" ? text : <ExactText text={text} exact={exact} />}</td>;
}
