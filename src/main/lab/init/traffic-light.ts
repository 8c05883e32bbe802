import { counted } from "../../../core/counted.ts";
import { significant } from "../../../core/grouped.ts";
import type { Light, TensorReport } from "../../../shared/experiments/init.ts";

/** What a light judges a layer by. */
interface Seen {
  readonly activation: TensorReport;
  readonly gradient: TensorReport | null;
  /** The layer before, or null at the first. */
  readonly before: TensorReport | null;
  /** The last layer's outputs are predictions: their size is the loss's affair. */
  readonly isOutput: boolean;
}

type Rule = Omit<Light, "verdict" | "reason"> & {
  /** How bad it is, and why, in words; null where the rule has nothing to say. */
  readonly judge: (seen: Seen) => Pick<Light, "verdict" | "reason"> | null;
};

const GLOROT = "Glorot and Bengio, Understanding the difficulty of training deep feedforward networks (2010)";
const HE = "He, Zhang, Ren and Sun, Delving deep into rectifiers (2015)";
const LU = "Lu, Shin, Su and Karniadakis, Dying ReLU and initialization (2019)";

const said = (value: number): string => significant(value, 2);
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const bad = (reason: string) => ({ verdict: "bad" as const, reason });
const watchIt = (reason: string) => ({ verdict: "watch" as const, reason });

/** In order: the first that finds something bad decides, then the first that says to watch. */
const RULES: readonly Rule[] = [
  {
    rule: "no activation and no gradient is NaN or infinite",
    source: "IEEE 754: nothing that follows can be computed",
    judge: ({ activation, gradient }) => {
      const wrong = activation.nan + activation.infinite;
      const wrongG = gradient === null ? 0 : gradient.nan + gradient.infinite;
      if (wrong + wrongG === 0) return null;
      return bad(`${counted(wrong, "activation")} and ${counted(wrongG, "gradient")} are NaN or infinite`);
    },
  },
  {
    rule: "standard deviation of the activations between 0.1 and 10; watch below 0.5 and above 2",
    source: HE,
    judge: ({ activation: { std }, isOutput }) => {
      if (isOutput || Number.isNaN(std)) return null;
      if (std < 0.1) return bad(`std ${said(std)}: the signal has almost vanished`);
      if (std > 10) return bad(`std ${said(std)}: the signal has exploded`);
      if (std < 0.5) return watchIt(`std ${said(std)}: some such layers more, and the signal vanishes`);
      if (std > 2) return watchIt(`std ${said(std)}: some such layers more, and the signal explodes`);
      return null;
    },
  },
  {
    rule: "under 50 % of the units of a relu are active in no row; watch from 10 %",
    source: LU,
    judge: ({ activation: { neverActiveShare } }) => {
      if (neverActiveShare === null || neverActiveShare < 0.1) return null;
      const reason = `${percent(neverActiveShare)} of the units are active in no row`;
      return neverActiveShare < 0.5 ? watchIt(reason) : bad(reason);
    },
  },
  {
    rule: "under 50 % of the values of tanh or sigmoid at its ends; watch from 10 %",
    source: GLOROT,
    judge: ({ activation: { saturatedShare } }) => {
      if (saturatedShare === null || saturatedShare < 0.1) return null;
      const reason = `${percent(saturatedShare)} are saturated: hardly any gradient passes there`;
      return saturatedShare < 0.5 ? watchIt(reason) : bad(reason);
    },
  },
  {
    rule: "the gradient is not zero everywhere",
    source: GLOROT,
    judge: ({ gradient }) =>
      gradient?.min === 0 && gradient.max === 0
        ? bad("the gradient is zero everywhere: nothing before this layer is trained")
        : null,
  },
  {
    rule: "one layer does not halve or double the standard deviation",
    source: GLOROT,
    judge: ({ activation: { std }, before, isOutput }) => {
      if (before === null || isOutput || !(before.std > 0)) return null;
      const ratio = std / before.std;
      if (ratio >= 0.5 && ratio <= 2) return null;
      return watchIt(`std is ${said(ratio)} times that of the layer before`);
    },
  },
];

/** Green, yellow or red for a layer, with the rule that decided. */
export function lightOf(seen: Seen): Light {
  const found = RULES.flatMap(({ rule, source, judge }) => {
    const verdict = judge(seen);
    return verdict === null ? [] : [{ ...verdict, rule, source }];
  });
  return (
    found.find(({ verdict }) => verdict === "bad") ??
    found[0] ?? {
      verdict: "good",
      reason: `std ${said(seen.activation.std)}`,
      rule: "none of the rules objects",
      source: HE,
    }
  );
}
