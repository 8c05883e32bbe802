import type { MachineConditions } from "../../shared/runs/machine-conditions.ts";
import { formatNumber, fullPrecision } from "../../shared/format/number.ts";
import type { Fact } from "./fact-list.tsx";

const NOT_KNOWN = "not known";

function numberFact(label: string, value: number | null, unit: string): Fact {
  if (value === null || Number.isNaN(value)) return { label, text: NOT_KNOWN };
  return { label, text: `${formatNumber(value, 3)}${unit}`, exact: `${fullPrecision(value)}${unit}` };
}

const said = (state: boolean | null, yes: string, no: string): string =>
  state === null ? NOT_KNOWN : state ? yes : no;

/** What the machine was doing while something was timed, and what of it the system does not tell. */
export function conditionFacts(conditions: MachineConditions): readonly Fact[] {
  const { loadBefore, othersBusy, governor, onBattery, throttled } = conditions;
  return [
    numberFact("load before", loadBefore, ""),
    numberFact("kept busy by other programs", othersBusy, " processors"),
    { label: "governor", text: governor === "unknown" ? NOT_KNOWN : governor },
    { label: "power", text: said(onBattery, "battery", "mains") },
    { label: "slowed down by heat", text: said(throttled, "yes", "no") },
  ];
}
