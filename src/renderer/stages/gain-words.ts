import type { StageGain } from "../../shared/experiments/stages.ts";
import { exactRatio, formatRatio } from "../../shared/format/format-ratio.ts";

export interface GainWords {
  readonly key: string;
  readonly title: string;
  readonly ratio: string;
  readonly exact: string;
  readonly sentence: string;
  /** KaTeX, or "". */
  readonly formula: string;
  readonly why: string;
}

type Lesson = Pick<GainWords, "title" | "formula" | "why"> & {
  readonly slower: string;
  readonly pass: StageGain["pass"];
  /** What is slower in the sentence "… takes 5 × as long as …". */
  readonly subject: string;
  readonly object: string;
};

const LESSONS: readonly Lesson[] = [
  {
    slower: "layer-classes",
    pass: "backward",
    title: "One matrix product instead of a sum of outer products",
    subject: "The backward pass of stage\u00a02",
    object: "that of stage\u00a03",
    formula: "\\frac{\\partial L}{\\partial W} = \\sum_n x_n \\otimes dy_n = X^\\top dY",
    why:
      "Both sides are the same number of multiply-adds. The sum writes every outer product to memory and reads it " +
      "back to add it; the matrix product adds it into the result while it is in a register. The notebook measures " +
      "13 × between these two stages, with all outer products, 7.84 GB on 50,000 rows, in memory at once. Here those of " +
      "1,024 rows are formed at a time, 167 MB: more than caches hold, so that they too go to memory and back. With 64 " +
      "rows a worker, of which the caches keep a part, the ratio was about 5 × on the two cores where this was " +
      "written.",
  },
  {
    slower: "module-unfused",
    pass: "both",
    title: "Fusing, forward and backward in one go",
    subject: "Stage 3 carried out op by op",
    object: "the same program fused",
    formula: "",
    why:
      "Fused, bias and relu are applied while a product's sums are in registers, and some hundred rows go through " +
      "forward, loss and backward while they are in the second-level cache: x is read from memory once, not twice. " +
      "What is left is mostly writing the gradient of x, which no fusing avoids.",
  },
  {
    slower: "module-unfused",
    pass: "forward",
    title: "Fusing, forward alone",
    subject: "The forward pass op by op",
    object: "the fused one",
    formula: "",
    why:
      "The first product reads 784 numbers a row and writes 50: what bias and relu touch again is a sixteenth of " +
      "what the product reads, so there is little to save.",
  },
  {
    slower: "module-unfused",
    pass: "backward",
    title: "Fusing, backward alone",
    subject: "The backward pass op by op",
    object: "the fused one",
    formula: "",
    why:
      "With the clock read between the passes, blocks of rows go through the backward pass only: x is read once and " +
      "its gradient written once either way. There is no reading to save, and blocks have their own beginnings and ends.",
  },
  {
    slower: "autograd",
    pass: "both",
    title: "What the tape costs",
    subject: "Autograd",
    object: "the backward pass written by hand",
    formula: "",
    why:
      "The tape is walked once, when the program is recorded; what runs are the same operations in the same order, " +
      "and their gradients agree to the last bit.",
  },
  {
    slower: "tfjs",
    pass: "both",
    title: "Another framework",
    subject: "TensorFlow.js, forward and backward,",
    object: "stage\u00a03",
    formula: "",
    why:
      "It computes on one thread outside a web page. Nearly all of its time goes into the two products of the first " +
      "layer that read an operand transposed, xᵀ dy and dy Wᵀ: each takes over ten times as long as x W, which has as " +
      "many multiply-adds.",
  },
];

/** What each ratio means. Intervals that hold 1 show no difference. */
export function gainWords(gains: readonly StageGain[]): readonly GainWords[] {
  return LESSONS.flatMap(({ slower, pass, subject, object, ...lesson }) => {
    const gain = gains.find((other) => other.slower === slower && other.pass === pass);
    if (gain === undefined) return [];
    const ratio = { value: gain.ratio, lo: gain.low, hi: gain.high };
    const text = formatRatio(ratio);
    return [
      {
        ...lesson,
        key: `${slower} ${pass}`,
        ratio: text,
        exact: exactRatio(ratio),
        sentence: `${subject} takes ${text} as long as ${object}.${remarkOn(gain)}`,
      },
    ];
  });
}

/** What an interval does not show by itself. */
function remarkOn({ low, high }: StageGain): string {
  if (high < 1) return " It is the faster of the two.";
  return low <= 1 ? " The interval holds 1: no difference is shown." : "";
}
