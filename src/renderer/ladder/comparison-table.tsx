import { Equal, TrendingDown, TrendingUp, type LucideIcon } from "lucide-react";
import type { LadderComparison } from "../../shared/experiments/ladder.ts";
import { formatNumber } from "../format/number.ts";
import { useStore } from "../store/create-store.ts";
import { ladderStore } from "./ladder-store.ts";
import tables from "../ui/data-table.module.css";
import { ExactText } from "../ui/exact-text.tsx";
import badge from "../ui/verdict-badge.module.css";
import { exactRatio } from "../format/format-ratio.ts";
import { shapeText } from "./ladder-results.ts";

type ComparedRung = LadderComparison["rungs"][number];

const LOOK: Readonly<Record<ComparedRung["verdict"], { icon: LucideIcon; tone: "good" | "bad" | "plain" }>> =
  {
    faster: { icon: TrendingDown, tone: "good" },
    slower: { icon: TrendingUp, tone: "bad" },
    "no difference shown": { icon: Equal, tone: "plain" },
  };

/** The other ladder's time over this one's, rung by rung. */
export function ComparisonTable({ comparison: { rungs } }: { readonly comparison: LadderComparison }) {
  const described = useStore(ladderStore, (state) => state.rungs);
  if (rungs.length === 0) return <p>No rung was measured in both ladders at the same shape.</p>;
  return (
    <div className={tables["scroll"]} tabIndex={0} role="region" aria-label="Ratios of the two ladders">
      <table className={tables["table"]}>
        <caption className="visually-hidden">Median of the other ladder over the median of this one</caption>
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
            const { icon: Icon, tone } = LOOK[verdict];
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
                  <ExactText text={ratio.value.toFixed(3)} exact={exactRatio(ratio)} />
                </td>
                <td data-numeric="true" className="mono">
                  {formatNumber(ratio.lo)} to {formatNumber(ratio.hi)}
                </td>
                <td>
                  <span className={badge["badge"]} data-tone={tone}>
                    <Icon size="0.9375rem" strokeWidth={2.5} aria-hidden="true" />
                    {verdict}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
