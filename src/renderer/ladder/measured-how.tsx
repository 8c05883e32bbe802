import type { LadderRecord, LadderSettings } from "../../shared/experiments/ladder.ts";
import { formatBytes, formatNumber, fullPrecision } from "../../shared/format/number.ts";
import { conditionFacts } from "../ui/condition-facts.ts";
import { FactList, type Fact } from "../ui/fact-list.tsx";
import { machineFacts } from "../ui/machine-facts.ts";
import classes from "./ladder-view.module.css";

interface MeasuredHowProps {
  readonly settings: LadderSettings;
  readonly record: LadderRecord | null;
}

/** The method, and the machine as it was: unfolded by those who want to trust the numbers. */
export function MeasuredHow({ settings, record }: MeasuredHowProps) {
  return (
    <details className={classes["how"]}>
      <summary>How this is measured</summary>
      <ul className={classes["method"]}>
        <li>
          Each rung is compared with the float64 reference before it is timed; a wrong one is marked and never
          timed.
        </li>
        <li>
          The cold call, the first one, is kept apart. Then a rung is called until its times settle, and only
          what comes after that is sampled.
        </li>
        <li>
          The rungs take turns in random order, so that a machine that slows down slows all of them. Each gets
          at least 10 samples and 1 s where its budget of {formatNumber(settings.budgetSeconds)} s allows;
          calls too short to time alone are timed in a loop.
        </li>
        <li>
          Shown are medians and quartiles; outliers are marked and kept. Ratios carry a 95 % bootstrap
          interval, and rungs whose intervals overlap are not ranked. GFLOP/s counts 2·m·k·n operations a
          product.
        </li>
      </ul>
      {record !== null && (
        <div className={classes["conditions"]}>
          <FactList title="Conditions" facts={factsOf(record)} />
          <FactList title="Machine" facts={machineFacts(record.machine)} />
        </div>
      )}
    </details>
  );
}

function factsOf({ conditions, limits, settings }: LadderRecord): readonly Fact[] {
  return [
    ...conditionFacts(conditions),
    { label: "kernel", text: conditions.kernel },
    { label: "seed", text: String(settings.seed), exact: String(settings.seed) },
    ...measured("measured peak", limits.peakGflops, "GFLOP/s"),
    ...measured("measured bandwidth", limits.bandwidthGBs, "GB/s"),
    ...limits.cacheBytes.map(({ level, sizeBytes }) => ({
      label: `${level} cache`,
      text: formatBytes(sizeBytes),
      exact: `${sizeBytes} B`,
    })),
  ];
}

function measured(label: string, value: number | null, unit: string): readonly Fact[] {
  if (value === null) return [];
  return [{ label, text: `${formatNumber(value)} ${unit}`, exact: `${fullPrecision(value)} ${unit}` }];
}
