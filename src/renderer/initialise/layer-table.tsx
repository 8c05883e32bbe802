import { Check, TriangleAlert, X, type LucideIcon } from "lucide-react";
import type { Histogram } from "../../shared/run-records.ts";
import type { InitSide, LayerReport, Light } from "../../shared/init.ts";
import { formatNumber, formatPercent, fullPrecision } from "../format/number.ts";
import tables from "../ui/data-table.module.css";
import { ExactText } from "../ui/exact-text.tsx";
import badge from "../ui/verdict-badge.module.css";
import own from "./initialise.module.css";

const LOOK: Readonly<
  Record<Light["verdict"], { readonly icon: LucideIcon; readonly tone: "good" | "warn" | "bad" }>
> = {
  good: { icon: Check, tone: "good" },
  watch: { icon: TriangleAlert, tone: "warn" },
  bad: { icon: X, tone: "bad" },
};

const COLUMNS = ["mean", "std", "zeros", "never active", "saturated", "NaN, ∞", "weights std"] as const;

/** Whether a table shows what goes forward or what comes back. */
export type Watched = "activation" | "gradient";

/** What is seen in every layer of one side, a line each. */
export function LayerTable({ side, of }: { readonly side: InitSide; readonly of: Watched }) {
  return (
    <div className={tables["scroll"]} tabIndex={0} role="region" aria-label={`Layers, ${side.title}`}>
      <table className={tables["table"]}>
        <caption className="visually-hidden">Layers, {side.title}</caption>
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">verdict</th>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" data-numeric="true">
                {name}
              </th>
            ))}
            <th scope="col">values</th>
            <th scope="col">why</th>
          </tr>
        </thead>
        <tbody>
          {side.layers.map((layer) => (
            <LayerRow key={layer.position} layer={layer} of={of} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const share = (value: number | null): string => (value === null ? "–" : formatPercent(value));

function LayerRow({ layer, of }: { readonly layer: LayerReport; readonly of: Watched }) {
  const { position, label, light, weightStd } = layer;
  const seen = layer[of];
  if (seen === null) return null;
  const { icon: Icon, tone } = LOOK[light.verdict];
  const number = (value: number) => <ExactText text={formatNumber(value)} exact={fullPrecision(value)} />;
  return (
    <tr>
      <th scope="row">
        {position}. {label}
      </th>
      <td>
        <span className={badge["badge"]} data-tone={tone} title={`${light.rule} (${light.source})`}>
          <Icon
            className={badge["icon"]}
            data-tone={tone}
            size="0.9375rem"
            strokeWidth={2.5}
            aria-hidden="true"
          />
          {light.verdict}
        </span>
      </td>
      <td data-numeric="true">{number(seen.mean)}</td>
      <td data-numeric="true">{number(seen.std)}</td>
      <td data-numeric="true">{formatPercent(seen.zeroShare)}</td>
      <td data-numeric="true">{share(seen.neverActiveShare)}</td>
      <td data-numeric="true">{share(seen.saturatedShare)}</td>
      <td data-numeric="true">{formatNumber(seen.nan + seen.infinite)}</td>
      <td data-numeric="true">{weightStd === null ? "–" : number(weightStd)}</td>
      <td>
        <SmallHistogram histogram={seen.histogram} />
      </td>
      <td>
        {light.reason}
        {light.verdict !== "good" && (
          <span className={own["quiet"]}>
            {" "}
            Rule: {light.rule} ({light.source}).
          </span>
        )}
      </td>
    </tr>
  );
}

/** Counts as small bars; the tooltip says the range. */
function SmallHistogram({ histogram: { lo, hi, counts } }: { readonly histogram: Histogram }) {
  const most = Math.max(1, ...counts);
  const said = `${formatNumber(lo, 3)} to ${formatNumber(hi, 3)}`;
  return (
    <svg
      className={own["histogram"]}
      viewBox={`0 0 ${counts.length} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Histogram from ${said}`}
    >
      <title>{said}</title>
      {counts.map((count, bin) => {
        const height = (20 * count) / most;
        return <rect key={bin} x={bin} y={20 - height} width={0.9} height={height} />;
      })}
    </svg>
  );
}
