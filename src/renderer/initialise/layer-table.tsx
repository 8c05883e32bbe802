import type { ReactNode } from "react";
import { Check, TriangleAlert, X, type LucideIcon } from "lucide-react";
import type { Histogram } from "../../shared/runs/run-records.ts";
import type { InitSide, LayerReport, Light, TensorReport } from "../../shared/experiments/init.ts";
import { formatNumber, formatPercent, fullPrecision } from "../../shared/format/number.ts";
import { Badge } from "../ui/badge.tsx";
import { countBars } from "../ui/count-bars.ts";
import { DataTable } from "../ui/data-table.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import own from "./initialise.module.css";

const LOOK: Readonly<
  Record<Light["verdict"], { readonly icon: LucideIcon; readonly tone: "good" | "warn" | "bad" }>
> = {
  good: { icon: Check, tone: "good" },
  watch: { icon: TriangleAlert, tone: "warn" },
  bad: { icon: X, tone: "bad" },
};

interface Column {
  readonly name: string;
  /** Null where a layer has nothing to show; a column of such layers only is left out. */
  readonly cell: (seen: TensorReport, layer: LayerReport) => ReactNode;
}

const number = (value: number) => <ExactText text={formatNumber(value)} exact={fullPrecision(value)} />;
const share = (value: number | null): string | null => (value === null ? null : formatPercent(value));

const COLUMNS: readonly Column[] = [
  { name: "mean", cell: ({ mean }) => number(mean) },
  { name: "std", cell: ({ std }) => number(std) },
  { name: "zeros", cell: ({ zeroShare }) => (zeroShare === 0 ? null : formatPercent(zeroShare)) },
  { name: "never active", cell: ({ neverActiveShare }) => share(neverActiveShare) },
  { name: "saturated", cell: ({ saturatedShare }) => share(saturatedShare) },
  {
    name: "NaN, ∞",
    cell: ({ nan, infinite }) => (nan + infinite === 0 ? null : formatNumber(nan + infinite)),
  },
  { name: "weights std", cell: (_seen, { weightStd }) => (weightStd === null ? null : number(weightStd)) },
];

/** Whether a table shows what goes forward or what comes back. */
export type Watched = "activation" | "gradient";

/** What is seen in every layer of one side, a line each. */
export function LayerTable({ side, of }: { readonly side: InitSide; readonly of: Watched }) {
  const columns = COLUMNS.filter(({ cell }) =>
    side.layers.some((layer) => layer[of] !== null && cell(layer[of], layer) !== null),
  );
  const warned = side.layers.filter(({ light }) => light.verdict !== "good");
  const rules = [...new Set(warned.map(({ light }) => `${light.rule} (${light.source})`))];
  return (
    <>
      <DataTable label={`Layers, ${side.title}`}>
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">verdict and why</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col" data-numeric="true">
                {name}
              </th>
            ))}
            <th scope="col">values</th>
          </tr>
        </thead>
        <tbody>
          {side.layers.map((layer) => (
            <LayerRow key={layer.position} layer={layer} of={of} columns={columns} />
          ))}
        </tbody>
      </DataTable>
      {rules.length > 0 && <p className={own["quiet"]}>Rule: {rules.join("; ")}.</p>}
    </>
  );
}

interface LayerRowProps {
  readonly layer: LayerReport;
  readonly of: Watched;
  readonly columns: readonly Column[];
}

function LayerRow({ layer, of, columns }: LayerRowProps) {
  const { position, label, light } = layer;
  const seen = layer[of];
  if (seen === null) return null;
  const { icon, tone } = LOOK[light.verdict];
  return (
    <tr>
      <th scope="row">
        {position}. {label}
      </th>
      <td className={own["verdict"]}>
        <Badge tone={tone} icon={icon} title={`${light.rule} (${light.source})`}>
          {light.verdict}
        </Badge>
        <span className={own["quiet"]}>{light.reason}</span>
      </td>
      {columns.map(({ name, cell }) => (
        <td key={name} data-numeric="true">
          {cell(seen, layer) ?? "–"}
        </td>
      ))}
      <td data-picture="true">
        <SmallHistogram histogram={seen.histogram} />
      </td>
    </tr>
  );
}

/** Counts as small bars; the tooltip says the range. */
function SmallHistogram({ histogram: { lo, hi, counts } }: { readonly histogram: Histogram }) {
  const rangeText = `${formatNumber(lo, 3)} to ${formatNumber(hi, 3)}`;
  return (
    <svg
      className={own["histogram"]}
      viewBox={`0 0 ${counts.length} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Histogram from ${rangeText}`}
    >
      <title>{rangeText}</title>
      <path d={countBars(counts)} />
    </svg>
  );
}
