/** A pass as a person writes it, and the mistakes that one makes in it. */
export interface SeededPass {
  /** What it works on. */
  readonly setup: string;
  /** Forward and backward, one statement a line; the last line returns the loss. */
  readonly lines: readonly string[];
  readonly of: string;
  readonly mistakes: readonly Mistake[];
}

/** A line as it should be, as it is written, and what the check should say of it. */
export type Mistake = readonly [right: string, wrong: string, says: RegExp];

const twoLayers: SeededPass = {
  setup:
    "const x = randn(24, 7), y = randn(24), w1 = randn(7, 5).div(2.6), b1 = randn(5), w2 = randn(5, 1), b2 = randn(1);",
  of: "{ x, w1, b1, w2, b2 }",
  lines: [
    "const l1 = x.matmul(w1).add(b1);",
    "const l2 = l1.clampMin(0).sub(0.5);",
    "const out = l2.matmul(w2).add(b2);",
    "const diff = out.squeeze(1).sub(y);",
    "const loss = diff.pow(2).mean();",
    "out.g = diff.unsqueeze(-1).mul(2 / 24);",
    "l2.g = out.g.matmul(w2.t());",
    "w2.g = l2.t().matmul(out.g);",
    "b2.g = out.g.sum({ dim: 0 });",
    "l1.g = l1.gt(0).float().mul(l2.g);",
    "x.g = l1.g.matmul(w1.t());",
    "w1.g = x.t().matmul(l1.g);",
    "b1.g = l1.g.sum({ dim: 0 });",
    "return loss;",
  ],
  mistakes: [
    ["out.g = diff.unsqueeze(-1).mul(2 / 24);", "out.g = diff.unsqueeze(-1).mul(1 / 24);", /times ½/],
    ["out.g = diff.unsqueeze(-1).mul(2 / 24);", "out.g = diff.unsqueeze(-1).mul(2);", /times 24/],
    ["out.g = diff.unsqueeze(-1).mul(2 / 24);", "out.g = diff.unsqueeze(-1).mul(-2 / 24);", /sign/],
    ["out.g = diff.unsqueeze(-1).mul(2 / 24);", "out.g = diff.unsqueeze(-1);", /times .*24\/2/],
    ["l2.g = out.g.matmul(w2.t());", "l2.g = out.g.matmul(w2.t()).neg();", /sign/],
    ["w2.g = l2.t().matmul(out.g);", "w2.g = l1.t().matmul(out.g);", /takes l1 where .* is due/],
    ["w2.g = l2.t().matmul(out.g);", "w2.g = l2.add(0.5).t().matmul(out.g);", /is due|takes/],
    ["b2.g = out.g.sum({ dim: 0 });", "b2.g = out.g.mean({ dim: 0 });", /mean|1\/24/],
    ["l1.g = l1.gt(0).float().mul(l2.g);", "l1.g = l2.gt(0).float().mul(l2.g);", /mask .* is taken from/],
    [
      "l1.g = l1.gt(0).float().mul(l2.g);",
      "l1.g = l2.g.mul(1);",
      /mask|whole gradient|is the gradient of l2/,
    ],
    ["l1.g = l1.gt(0).float().mul(l2.g);", "l1.g = l1.lt(0).float().mul(l2.g);", /inverted/],
    ["l1.g = l1.gt(0).float().mul(l2.g);", "l1.g = l1.clampMin(0).mul(l2.g);", /value|mask/],
    [
      "l1.g = l1.gt(0).float().mul(l2.g);",
      "l1.g = l2.g.gt(0).float().mul(l2.g);",
      /mask .* incoming gradient/,
    ],
    [
      "x.g = l1.g.matmul(w1.t());",
      "x.g = l2.g.matmul(w1.t());",
      /gradient of l2 stands where that of l1|mask/,
    ],
    [
      "w1.g = x.t().matmul(l1.g);",
      "w1.g = x.t().matmul(l2.g);",
      /gradient of l2 stands where that of l1|mask/,
    ],
    ["w1.g = x.t().matmul(l1.g);", "w1.g = l1.g.t().matmul(x);", /transposed/],
    ["w1.g = x.t().matmul(l1.g);", "w1.g = x.t().matmul(l1.g).div(24);", /1\/24/],
    ["w1.g = x.t().matmul(l1.g);", "w1.g = w1.mul(0);", /0 everywhere/],
    ["b1.g = l1.g.sum({ dim: 0 });", "b1.g = l1.g.mul(1);", /sum .* is missing/],
    ["b1.g = l1.g.sum({ dim: 0 });", "b1.g = l1.g.mean({ dim: 0 });", /mean|1\/24/],
    ["b1.g = l1.g.sum({ dim: 0 });", "b1.g = l1.g.select(0, -1);", /last part/],
    [
      "b1.g = l1.g.sum({ dim: 0 });",
      "b1.g = l2.g.sum({ dim: 0 });",
      /gradient of l2 stands where that of l1|mask/,
    ],
  ],
};

const saturating: SeededPass = {
  setup:
    "const x = randn(20, 6), y = rand(20, 3), w1 = randn(6, 6).div(2.4), b1 = randn(6), w2 = randn(3, 6), b2 = randn(3);",
  of: "{ x, w1, b1, w2, b2 }",
  lines: [
    "const z1 = x.matmul(w1.t()).add(b1);",
    "const h = z1.tanh();",
    "const z2 = h.matmul(w2.t()).add(b2);",
    "const p = z2.sigmoid();",
    "const loss = p.sub(y).pow(2).sum();",
    "p.g = p.sub(y).mul(2);",
    "z2.g = p.g.mul(p).mul(sub(1, p));",
    "h.g = z2.g.matmul(w2);",
    "w2.g = z2.g.t().matmul(h);",
    "b2.g = z2.g.sum({ dim: 0 });",
    "z1.g = h.g.mul(sub(1, h.pow(2)));",
    "x.g = z1.g.matmul(w1);",
    "w1.g = z1.g.t().matmul(x);",
    "b1.g = z1.g.sum({ dim: 0 });",
    "return loss;",
  ],
  mistakes: [
    ["p.g = p.sub(y).mul(2);", "p.g = p.sub(y).mul(1);", /times ½/],
    ["p.g = p.sub(y).mul(2);", "p.g = y.sub(p).mul(2);", /sign/],
    ["z2.g = p.g.mul(p).mul(sub(1, p));", "z2.g = p.g.mul(p);", /sigmoid/],
    ["z2.g = p.g.mul(p).mul(sub(1, p));", "z2.g = p.g.mul(sub(1, p));", /sigmoid/],
    ["z2.g = p.g.mul(p).mul(sub(1, p));", "z2.g = p.g.mul(z2).mul(sub(1, z2));", /takes z2|sigmoid/],
    ["z1.g = h.g.mul(sub(1, h.pow(2)));", "z1.g = h.g.mul(sub(1, h));", /tanh/],
    ["z1.g = h.g.mul(sub(1, h.pow(2)));", "z1.g = h.g.mul(sub(1, z1.pow(2)));", /takes z1|tanh/],
    ["z1.g = h.g.mul(sub(1, h.pow(2)));", "z1.g = h.g.mul(1);", /tanh|gradient of h/],
    ["z1.g = h.g.mul(sub(1, h.pow(2)));", "z1.g = h.g.mul(h.pow(2));", /tanh/],
    ["x.g = z1.g.matmul(w1);", "x.g = z1.g.matmul(w1.t());", /transpose/],
    ["x.g = z1.g.matmul(w1);", "x.g = h.g.matmul(w1);", /gradient of h stands|tanh/],
    ["w1.g = z1.g.t().matmul(x);", "w1.g = x.t().matmul(z1.g);", /transposed|permutes/],
    ["h.g = z2.g.matmul(w2);", "h.g = z2.g.matmul(w2).mul(-1);", /sign/],
    ["h.g = z2.g.matmul(w2);", "h.g = p.g.matmul(w2);", /gradient of p stands|sigmoid/],
    ["w2.g = z2.g.t().matmul(h);", "w2.g = z2.g.t().matmul(z1);", /takes z1/],
    ["w2.g = z2.g.t().matmul(h);", "w2.g = h.t().matmul(z2.g);", /transposed/],
    ["b2.g = z2.g.sum({ dim: 0 });", "b2.g = z2.g.mean({ dim: 0 });", /mean|1\/20/],
    ["b2.g = z2.g.sum({ dim: 0 });", "b2.g = z2.g.mul(1);", /sum .* is missing/],
  ],
};

const softmaxLoss: SeededPass = {
  setup:
    "const x = randn(16, 5), index = tensor([...arange(16).toArray()].map((n) => (3 * n) % 4)), w = randn(5, 4), b = randn(4);",
  of: "{ x, w, b }",
  lines: [
    "const logits = x.matmul(w).add(b);",
    "const lse = logits.logSumExp({ dim: 1 });",
    "const picked = logits.gather(1, index.unsqueeze(1)).squeeze(1);",
    "const loss = lse.sub(picked).mean();",
    "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
    "w.g = x.t().matmul(logits.g);",
    "b.g = logits.g.sum({ dim: 0 });",
    "x.g = logits.g.matmul(w.t());",
    "return loss;",
  ],
  mistakes: [
    [
      "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
      "logits.g = logits.softmax(1).sub(index.oneHot(4));",
      /times 16/,
    ],
    [
      "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
      "logits.g = logits.softmax(1).div(16);",
      /only the part .*logSumExp|missing/,
    ],
    [
      "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
      "logits.g = index.oneHot(4).sub(logits.softmax(1)).div(16);",
      /sign/,
    ],
    [
      "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
      "logits.g = index.oneHot(4).div(-16);",
      /only the part .*gather|missing/,
    ],
    [
      "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
      "logits.g = logits.softmax(1).add(index.oneHot(4)).div(16);",
      /minus/,
    ],
    [
      "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
      "logits.g = logits.exp().sub(index.oneHot(4)).div(16);",
      /logSumExp|divide/,
    ],
    [
      "logits.g = logits.softmax(1).sub(index.oneHot(4)).div(16);",
      "logits.g = logits.softmax(0).sub(index.oneHot(4)).div(16);",
      /axis|logSumExp/,
    ],
    ["w.g = x.t().matmul(logits.g);", "w.g = x.t().matmul(logits.g).mul(2);", /times 2/],
    ["b.g = logits.g.sum({ dim: 0 });", "b.g = logits.g.select(0, 0);", /first part/],
    ["x.g = logits.g.matmul(w.t());", "x.g = logits.g.matmul(w.t()).mul(16);", /times 16/],
  ],
};

const norm: SeededPass = {
  setup:
    "const x = randn(16, 3).mul(2).add(1), gain = rand(3).add(0.5), shift = randn(3), coeff = randn(16, 3);",
  of: "{ x, gain, shift }",
  lines: [
    "const mean = x.mean({ dim: 0 });",
    "const centred = x.sub(mean);",
    "const variance = centred.pow(2).mean({ dim: 0 });",
    "const std = variance.add(0.1).sqrt();",
    "const xhat = centred.div(std);",
    "const out = xhat.mul(gain).add(shift);",
    "const loss = out.mul(coeff).sum();",
    "out.g = coeff.clone();",
    "gain.g = out.g.mul(xhat).sum({ dim: 0 });",
    "shift.g = out.g.sum({ dim: 0 });",
    "xhat.g = out.g.mul(gain);",
    "std.g = xhat.g.mul(centred).div(std.pow(2)).neg().sum({ dim: 0 });",
    "variance.g = std.g.div(std.mul(2));",
    "centred.g = xhat.g.div(std).add(centred.mul(2 / 16).mul(variance.g));",
    "mean.g = centred.g.sum({ dim: 0 }).neg();",
    "x.g = centred.g.add(mean.g.div(16));",
    "return loss;",
  ],
  mistakes: [
    ["gain.g = out.g.mul(xhat).sum({ dim: 0 });", "gain.g = out.g.mul(xhat);", /sum .* is missing/],
    [
      "gain.g = out.g.mul(xhat).sum({ dim: 0 });",
      "gain.g = out.g.mul(centred).sum({ dim: 0 });",
      /takes centred/,
    ],
    ["gain.g = out.g.mul(xhat).sum({ dim: 0 });", "gain.g = out.g.mul(xhat).mean({ dim: 0 });", /mean|1\/16/],
    [
      "shift.g = out.g.sum({ dim: 0 });",
      "shift.g = out.g.mul(xhat).sum({ dim: 0 });",
      /is the gradient of gain/,
    ],
    ["xhat.g = out.g.mul(gain);", "xhat.g = out.g.mul(1);", /gain|mul/],
    ["xhat.g = out.g.mul(gain);", "xhat.g = out.g.div(gain);", /gain|mul/],
    [
      "std.g = xhat.g.mul(centred).div(std.pow(2)).neg().sum({ dim: 0 });",
      "std.g = xhat.g.mul(centred).div(std.pow(2)).sum({ dim: 0 });",
      /sign/,
    ],
    [
      "std.g = xhat.g.mul(centred).div(std.pow(2)).neg().sum({ dim: 0 });",
      "std.g = xhat.g.mul(centred).div(std).neg().sum({ dim: 0 });",
      /square|div/,
    ],
    ["variance.g = std.g.div(std.mul(2));", "variance.g = std.g.div(std);", /times 2/],
    [
      "centred.g = xhat.g.div(std).add(centred.mul(2 / 16).mul(variance.g));",
      "centred.g = xhat.g.div(std);",
      /only the part|missing/,
    ],
    [
      "centred.g = xhat.g.div(std).add(centred.mul(2 / 16).mul(variance.g));",
      "centred.g = xhat.g.div(std).add(centred.mul(2).mul(variance.g));",
      /mean/,
    ],
    ["mean.g = centred.g.sum({ dim: 0 }).neg();", "mean.g = centred.g.sum({ dim: 0 });", /sign/],
    [
      "x.g = centred.g.add(mean.g.div(16));",
      "x.g = centred.g.mul(1);",
      /only the part|is the gradient of centred|missing/,
    ],
    ["x.g = centred.g.add(mean.g.div(16));", "x.g = centred.g.add(mean.g);", /mean/],
  ],
};

const reuse: SeededPass = {
  setup: "const a = randn(5, 4), b = rand(5, 4).add(0.5);",
  of: "{ a, b }",
  lines: [
    "const e = a.exp();",
    "const s = e.add(a.mul(a));",
    "const q = s.div(b);",
    "const l = q.log();",
    "const loss = l.mean();",
    "l.g = full([5, 4], 1 / 20);",
    "q.g = l.g.div(q);",
    "s.g = q.g.div(b);",
    "b.g = q.g.mul(s).div(b.pow(2)).neg();",
    "e.g = s.g.clone();",
    "a.g = e.g.mul(e).add(s.g.mul(a).mul(2));",
    "return loss;",
  ],
  mistakes: [
    ["l.g = full([5, 4], 1 / 20);", "l.g = ones(5, 4);", /20/],
    ["q.g = l.g.div(q);", "q.g = l.g.div(l);", /takes l |log/],
    ["q.g = l.g.div(q);", "q.g = l.g.mul(q);", /log/],
    ["s.g = q.g.div(b);", "s.g = q.g.mul(b);", /div/],
    ["b.g = q.g.mul(s).div(b.pow(2)).neg();", "b.g = q.g.mul(s).div(b).neg();", /square|div/],
    ["b.g = q.g.mul(s).div(b.pow(2)).neg();", "b.g = q.g.mul(s).div(b.pow(2));", /sign/],
    ["b.g = q.g.mul(s).div(b.pow(2)).neg();", "b.g = q.g.mul(q).div(b.pow(2)).neg();", /takes q|div/],
    ["a.g = e.g.mul(e).add(s.g.mul(a).mul(2));", "a.g = e.g.mul(e);", /only the part|lacks|missing/],
    ["a.g = e.g.mul(e).add(s.g.mul(a).mul(2));", "a.g = e.g.mul(e).add(s.g.mul(a));", /lacks|missing/],
    ["a.g = e.g.mul(e).add(s.g.mul(a).mul(2));", "a.g = e.g.mul(a).add(s.g.mul(a).mul(2));", /exp|takes a/],
  ],
};

export const SEEDED_PASSES: Readonly<Record<string, SeededPass>> = {
  "two layers with a relu": twoLayers,
  "tanh and sigmoid": saturating,
  "softmax loss": softmaxLoss,
  norm,
  "a tensor used again": reuse,
};
