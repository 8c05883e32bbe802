import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Network } from "../../../src/core/network/network.ts";
import { SEEDED_BUG_NAMES, type SeededBug } from "../../../src/core/network/seeded-bug.ts";
import type { Scope } from "../../../src/main/engine/arena.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { checkAgainst, checkByTfjs } from "../../../src/main/lab/gradcheck/check-against.ts";
import { checkByDifferences } from "../../../src/main/lab/gradcheck/check-by-differences.ts";
import { checkByDirections } from "../../../src/main/lab/gradcheck/check-by-directions.ts";
import { float64Reference, type Uncertainty } from "../../../src/main/lab/gradcheck/float64-reference.ts";
import { computeGradients } from "../../../src/main/lab/compute/network-setup.ts";
import { TfjsNetwork } from "../../../src/main/lab/tfjs/tfjs-network.ts";
import {
  GRADIENT_REFERENCES,
  type GradcheckSettings,
  type GradientReport,
} from "../../../src/shared/experiments/gradcheck.ts";
import { NOTEBOOK_NETWORK } from "../../../src/shared/specs/network-spec.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { times } from "../../thorough.ts";
import { startEngine } from "../engine/start-engine.ts";
import { cancellingNetwork, deeplyKinkedNetwork } from "./cancelling-networks.ts";
import { generalNetwork } from "./general-networks.ts";
import { unwatchedActivity } from "./unwatched-activity.ts";

/** A quarter of them in every `npm test`; more for a longer look: GRADCHECK_NETWORKS=200. */
const NETWORKS = Number(process.env["GRADCHECK_NETWORKS"] ?? times(3, 12));
/** Bugs a network, of those that it has a place for: GRADCHECK_BUGS=8 for all. */
const BUGS = Number(process.env["GRADCHECK_BUGS"] ?? 1);
/** Networks with norms, dropout, blocks and any loss: GRADCHECK_GENERAL=200. */
const GENERAL = Number(process.env["GRADCHECK_GENERAL"] ?? times(2, 12));
/** The first network's number: GRADCHECK_FIRST=1000 for others than those of every day. */
const FIRST = Number(process.env["GRADCHECK_FIRST"] ?? 0);

const SETTINGS: GradcheckSettings = {
  network: NOTEBOOK_NETWORK,
  references: [...GRADIENT_REFERENCES],
  bug: null,
  coordinates: 30,
  tolerance: "strict",
  threads: 2,
};

let engine: Engine;
let tfjs: TfjsNetwork;
beforeAll(async () => {
  engine = await startEngine(2);
  tfjs = new TfjsNetwork(resolve("out/main/tfjs.js"), engine.arena.memory, () => undefined);
});
afterAll(async () => {
  await tfjs.close();
  await engine.close();
});

interface Checked {
  readonly reports: readonly GradientReport[];
  readonly notes: string;
  readonly bugMade: boolean;
  readonly gradients: Readonly<Record<string, Float32Array>>;
  /** Largest |ours − float64| by tensor, and largest |float64|. */
  readonly noise: Readonly<Record<string, { readonly error: number; readonly size: number }>>;
  /** By how much each coordinate may differ: rounding, and the other side of kinks. */
  readonly allowances: Readonly<Record<string, Float64Array>>;
  /** Largest |ours − float64| over what is allowed there, of coordinates that lie apart at all. */
  readonly largestRatio: number;
  /** By tensor, ‖allowed‖ / ‖reference‖: the share that a bug must have to be seen. */
  readonly hidden: Readonly<Record<string, number>>;
}

/** Ratio of error and allowance, and what the allowance hides, before the references are moved. */
function measure(
  gradients: Readonly<Record<string, Parameters<typeof viewOf>[1]>>,
  reference: Awaited<ReturnType<typeof float64Reference>>,
): Pick<Checked, "largestRatio" | "hidden" | "gradients" | "noise" | "allowances"> {
  const { memory } = engine.arena;
  let largestRatio = 0;
  const hidden: Record<string, number> = {};
  const noise: Record<string, { error: number; size: number }> = {};
  const copies: Record<string, Float32Array> = {};
  const allowances: Record<string, Float64Array> = {};
  for (const [tensor, ours] of Object.entries(gradients)) {
    const values = viewOf(memory, ours, "float32");
    const expected = viewOf(memory, reference.gradients[tensor], "float64");
    const rounding = viewOf(memory, reference.allowances[tensor].rounding, "float32");
    const kinks = viewOf(memory, reference.allowances[tensor].kinks, "float32");
    allowances[tensor] = Float64Array.from(rounding, (allowance, i) => allowance + kinks[i]);
    let [allowed, size] = [0, 0];
    copies[tensor] = values.slice();
    noise[tensor] = { error: 0, size: 0 };
    values.forEach((value, i) => {
      noise[tensor].error = Math.max(noise[tensor].error, Math.abs(value - expected[i]));
      noise[tensor].size = Math.max(noise[tensor].size, Math.abs(expected[i]));
      const allowance = allowances[tensor][i];
      largestRatio = Math.max(largestRatio, Math.abs(value - expected[i]) / allowance);
      allowed += allowance ** 2;
      size += expected[i] ** 2;
    });
    hidden[tensor] = Math.sqrt(allowed / size);
  }
  return { largestRatio, hidden, gradients: copies, noise, allowances };
}

/** What is checked: a network with its values, and the shape of the targets. */
interface Given {
  readonly title: string;
  readonly network: Network;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly yShape?: readonly number[];
}

async function checkAll(
  { network, parameters, x, y, yShape = [y.length] }: Given,
  bug: SeededBug | null = null,
): Promise<Checked> {
  const scope: Scope = engine.arena.scope();
  try {
    const place = (name: string, shape: readonly number[], values: Float32Array) => {
      const tensor = scope.tensor(name, shape);
      viewOf(engine.arena.memory, tensor, "float32").set(values);
      return tensor;
    };
    const data = {
      x: place("x", [yShape[0], x.length / yShape[0]], x),
      y: place("y", yShape, y),
    };
    const computed = await computeGradients(engine, scope, {
      network,
      data,
      given: parameters,
      bug,
      threads: 2,
    });
    const reports: GradientReport[] = [];
    const context = {
      engine,
      scope,
      settings: SETTINGS,
      computed,
      activity: unwatchedActivity(),
      onReport: (report: GradientReport) => reports.push(report),
    };
    const certain = await float64Reference(context, "engine");
    const measured = measure(computed.gradients, certain);
    const notes = await checkByDifferences(context, certain);
    await checkByDirections(context, certain);
    await checkByTfjs(context, tfjs, certain satisfies Uncertainty);
    await checkAgainst(context, "float64", certain.gradients, certain);
    return { reports, notes, bugMade: computed.bugMade, ...measured };
  } finally {
    scope.release();
  }
}

const accusations = (title: string, { reports, notes }: Checked): string[] => [
  ...reports
    .filter(({ verdict }) => verdict !== "passed" && verdict !== "not judged")
    .map(({ reference, tensor, reason }) => `${title}: ${reference} ${tensor}: ${reason}`),
  ...(notes.includes("not to be trusted") ? [`${title}: ${notes}`] : []),
];

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN;

/**
 * The tensors whose gradient a bug changes by more than float32 rounds, and into what no right implementation could
 * give: at a kink, the other side's gradient is as right, and a mask that is wrong there alone is no mistake.
 */
const standsOut = (right: Checked, wrong: Checked): string[] =>
  Object.entries(right.gradients).flatMap(([tensor, values]) => {
    const { error, size } = right.noise[tensor];
    const change = values.reduce((most, value, i) => {
      const by = Math.abs(wrong.gradients[tensor][i] - value);
      return by > 2 * right.allowances[tensor][i] ? Math.max(most, by) : most;
    }, 0);
    return change > 0.005 * size && change > 1000 * error ? [tensor] : [];
  });

describe("gradient check of networks with norms, dropout and residual blocks", () => {
  it(
    `accuses none of ${GENERAL} correct ones, by any reference, and catches the bugs in them`,
    async () => {
      const accused: string[] = [];
      const missed: string[] = [];
      const ratios: number[] = [];
      const hidden: number[] = [];
      const caught: Partial<Record<SeededBug, number>> = {};
      for (let number = FIRST; number < FIRST + GENERAL; number++) {
        const network = generalNetwork(number);
        const right = await checkAll(network);
        accused.push(...accusations(network.title, right));
        ratios.push(right.largestRatio);
        hidden.push(...Object.values(right.hidden));
        for (let turn = 0; turn < BUGS; turn++) {
          const bug = SEEDED_BUG_NAMES[(number * 3 + turn) % SEEDED_BUG_NAMES.length];
          const wrong = await checkAll(network, bug);
          const seen = wrong.bugMade ? standsOut(right, wrong) : [];
          if (seen.length === 0) continue;
          caught[bug] = (caught[bug] ?? 0) + 1;
          for (const reference of GRADIENT_REFERENCES) {
            const of = wrong.reports.filter((one) => one.reference === reference);
            if (of.some(({ verdict }) => verdict === "failed")) continue;
            missed.push(`${network.title}: ${reference} misses ${bug} in ${seen.join(" ")}`);
          }
        }
      }
      process.stdout.write(
        `error over allowance: ${percentile(ratios, 0.5)} median, ${Math.max(...ratios)} largest; ` +
          `hidden share: ${percentile(hidden.filter(Number.isFinite), 0.5)} median; ` +
          `bugs that stand out: ${JSON.stringify(caught)}, ${missed.length} missed\n`,
      );
      expect(accused).toEqual([]);
      expect(missed).toEqual([]);
    },
    GENERAL * (1 + BUGS) * 20_000,
  );
});

describe("gradient check (issue items 19, 21d)", () => {
  it(
    `accuses none of ${NETWORKS} networks whose gradients cancel, by any reference`,
    async () => {
      const accused: string[] = [];
      const ratios: number[] = [];
      const hidden: number[] = [];
      for (let number = FIRST; number < FIRST + NETWORKS; number++) {
        const network = cancellingNetwork(number);
        const checked = await checkAll(network);
        accused.push(...accusations(network.title, checked));
        ratios.push(checked.largestRatio);
        hidden.push(...Object.values(checked.hidden));
      }
      const real = hidden.filter((share) => Number.isFinite(share));
      process.stdout.write(
        `error over allowance: ${percentile(ratios, 0.5)} median, ${Math.max(...ratios)} largest; ` +
          `hidden share: ${percentile(real, 0.5)} median, ${percentile(real, 0.9)} of 90 %, ` +
          `${hidden.filter((share) => !(share < 0.01)).length} of ${hidden.length} tensors hide 1 %\n`,
      );
      expect(accused).toEqual([]);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(1);
    },
    NETWORKS * 10_000,
  );

  it(
    `accuses none of ${NETWORKS} networks whose rows lie at kinks of every layer`,
    async () => {
      const accused: string[] = [];
      let [kinked, judged, all, largest] = [0, 0, 0, 0];
      for (let number = FIRST; number < FIRST + NETWORKS; number++) {
        const network = deeplyKinkedNetwork(number);
        const checked = await checkAll(network);
        accused.push(...accusations(network.title, checked));
        kinked += checked.reports.some(({ kinks }) => kinks > 0) ? 1 : 0;
        judged += checked.reports.filter(({ verdict }) => verdict === "passed").length;
        all += checked.reports.length;
        largest = Math.max(largest, checked.largestRatio);
      }
      process.stdout.write(
        `kinks: ${kinked} of ${NETWORKS} networks have some, ${judged} of ${all} comparisons judged, ` +
          `error over allowance at most ${largest}\n`,
      );
      expect(accused).toEqual([]);
      expect(kinked).toBe(NETWORKS);
      expect(largest).toBeLessThanOrEqual(1);
    },
    NETWORKS * 10_000,
  );

  it(
    "catches every bug that stands out from rounding, on the same networks, by each reference but for 1 in 100",
    async () => {
      const missed: string[] = [];
      const missedByAll: string[] = [];
      let [made, visible] = [0, 0];
      for (let number = FIRST; number < FIRST + NETWORKS; number += BUGS > 1 ? 1 : 2) {
        const network = cancellingNetwork(number);
        const right = await checkAll(network);
        for (let turn = 0; turn < BUGS; turn++) {
          const bug = SEEDED_BUG_NAMES[(number * 3 + turn) % SEEDED_BUG_NAMES.length];
          const wrong = await checkAll(network, bug);
          if (!wrong.bugMade) continue;
          made++;
          const seen = standsOut(right, wrong);
          if (seen.length === 0) continue;
          visible++;
          const blind = GRADIENT_REFERENCES.filter(
            (reference) =>
              !wrong.reports.some((one) => one.reference === reference && one.verdict === "failed"),
          );
          const what = `${bug} in ${seen.join(" ")}`;
          missed.push(...blind.map((reference) => `${network.title}: ${reference} misses ${what}`));
          if (blind.length === GRADIENT_REFERENCES.length) missedByAll.push(`${network.title}: ${what}`);
        }
      }
      process.stdout.write(
        `${made} bugs made, ${visible} of them stand out, ${missed.length} missed by a reference, ` +
          `${missedByAll.length} by all\n`,
      );
      expect(missedByAll).toEqual([]);
      // TensorFlow.js rounds as well, and a direction adds up the allowances of all its coordinates: what float64 just
      // sees can lie within theirs.
      const comparisons = visible * GRADIENT_REFERENCES.length;
      expect(missed.slice(Math.floor(comparisons / 100))).toEqual([]);
    },
    NETWORKS * 30_000,
  );
});
