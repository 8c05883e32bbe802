import type { FeatureSpread } from "../../shared/experiments/dataset-details.ts";
import { formatGiven, formatNumber } from "../../shared/format/number.ts";
import { countBars } from "../ui/count-bars.ts";
import own from "./data.module.css";

/** A small histogram of one feature, with its range in words. */
export function SpreadBars({ spread }: { readonly spread: FeatureSpread }) {
  const { name, min, max, mean, counts } = spread;
  const words = `${formatGiven(min)} to ${formatGiven(max)}, mean ${formatNumber(mean)}`;
  return (
    <figure className={own["spread"]}>
      <svg
        viewBox={`0 0 ${counts.length} 1`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${words}`}
      >
        <path d={countBars(counts)} />
      </svg>
      <figcaption>
        {name}
        <div className={own["quiet"]}>{words}</div>
      </figcaption>
    </figure>
  );
}
