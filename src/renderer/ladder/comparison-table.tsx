import { CircleHelp, Equal, TrendingDown, TrendingUp, type LucideIcon } from "lucide-react";
import type { LadderComparison } from "../../shared/experiments/ladder.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { ladderStore } from "./ladder-store.ts";
import { Badge } from "../ui/badge.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import { exactRatio } from "../../shared/format/format-ratio.ts";
import { shapeText } from "./ladder-results.ts";

type ComparedRung = LadderComparison["rungs"][number];

const LOOK: Readonly<Record<ComparedRung["verdict"], { icon: LucideIcon; tone: "good" | "bad" | "plain" }>> =
  {
    faster: { icon: TrendingDown, tone: "good" },
    slower: { icon: TrendingUp, tone: "bad" },
    "no difference shown": { icon: Equal, tone: "plain" },
    "too few samples": { icon: CircleHelp, tone: "plain" },
  };

/** The other ladder's time over this one's, rung by rung. */
export function ComparisonTable({ comparison: { rungs } }: { readonly comparison: LadderComparison }) {
  const described = useStore(ladderStore, (state) => state.rungs);
  if (rungs.length === 0) return <p>No rung was measured in both ladders at the same shape.</p>;
  return (
    <DataTable label="Ratios of the two ladders">
      <thead>
        <tr>
          <th scope="col">rung</th>
          <th scope="col" data-numeric="true">
            shape
          </th>
          <th scope="col" data-numeric="true">
            threads
          </th>
          <th scope="col" data-numeric="true">
            other ÷ this
          </th>
          <th scope="col" data-numeric="true">
            95 % interval
          </th>
          <th scope="col">the other is</th>
        </tr>
      </thead>
      <tbody>
        {rungs.map(({ rung, shape, threads, ratio, verdict }) => {
          const { icon, tone } = LOOK[verdict];
          return (
            <tr key={`${rung} ${shapeText(shape)} ${threads}`}>
              <th scope="row">{described?.find((each) => each.rung === rung)?.name ?? rung}</th>
              <td data-numeric="true" className="mono">
                {shapeText(shape)}
              </td>
              <td data-numeric="true" className="mono">
                {threads}
              </td>
              <td data-numeric="true">
                {ratio === null ? "–" : <ExactText text={ratio.value.toFixed(3)} exact={exactRatio(ratio)} />}
              </td>
              <td data-numeric="true" className="mono">
                {ratio === null ? "–" : `${formatNumber(ratio.lo)} to ${formatNumber(ratio.hi)}`}
              </td>
              <td>
                <Badge tone={tone} icon={icon}>
                  {verdict}
                </Badge>
              </td>
            </tr>
          );
        })}
      </tbody>
    </DataTable>
  );
}
