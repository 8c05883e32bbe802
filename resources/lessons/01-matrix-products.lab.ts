// lab notebook 1 · title: 1. Matrix products, four times · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Matrix products, four times
//
// Almost all of a network's work is one operation: the product of two matrices. You write it four times, each time with fewer steps of your own, and each time much faster.
//
// $$C_{ij} = \sum_{k} A_{ik} B_{kj}$$
//
// A is (m, k), B is (k, n), C is (m, n). A number of C is a **row** of A times a **column** of B.
// %% code id=example title="An example"
const A = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const B = tensor([
  [1, 0],
  [0, 1],
  [1, 1],
]);
print(A.matmul(B));
// %% md id=loops
// ## Three loops
//
// `x[i * k + p]` is row i, column p of A, because numbers lie row by row. Nothing is hidden here; that is why it is slow.
// %% exercise id=e1 name=three_loops title="Three loops"
function three_loops(a: Tensor, b: Tensor) {
  const m = a.shape[0]!, k = a.shape[1]!, n = b.shape[1]!;
  const x = a.toArray(), y = b.toArray(), c = new Float32Array(m * n);
  // For every i and j: add up x[i, p] · y[p, j] over p.
  return tensor(c, [m, n]);
}
// %% hint
// Three nested loops: over i < m, over j < n, and inside them over p < k.
// %% hint
// $c_{ij}$ stands at `c[i * n + j]`; $b_{pj}$ stands at `y[p * n + j]`, because a row of B has n numbers.
// %% hint
// Inside: `sum += x[i * k + p]! * y[p * n + j]!`, and after the loop over p: `c[i * n + j] = sum`.
// %% check
{
for (const [m, k, n] of [[2, 3, 4], [7, 5, 3], [1, 8, 2], [5, 1, 6], [1, 1, 1]]) {
  const a = randn(m!, k!), b = randn(k!, n!);
  const last = a.slice(k! - 1, k!, 1).matmul(b.slice(k! - 1, k!, 0));
  const x = a.toArray(), y = b.toArray(), right = a.matmul(b).toArray();
  const misread = (of_a: (i: number, p: number) => number, of_b: (p: number, j: number) => number) =>
    tensor(Array.from({ length: m! }, (_row, i) => Array.from({ length: n! }, (_column, j) => {
      let sum = 0;
      for (let p = 0; p < k!; p++) sum += (x[of_a(i, p)] ?? 0) * (y[of_b(p, j)] ?? 0);
      return sum;
    })));
  const without = (keep: (i: number, j: number) => boolean) =>
    tensor(Array.from({ length: m! }, (_row, i) => Array.from({ length: n! }, (_column, j) => (keep(i, j) ? right[i * n! + j]! : 0))));
  const misplaced = () => {
    const c = new Float32Array(m! * n!);
    right.forEach((value, at) => { c[Math.floor(at / n!) * k! + (at % n!)] = value; });
    return tensor(c, [m!, n!]);
  };
  const running = () => {
    let sum = 0;
    return tensor(right.map((value) => (sum += value)), [m!, n!]);
  };
  equal(`three_loops of (${m}, ${k}) and (${k}, ${n})`, three_loops(a, b), () => a.matmul(b), {
    mistakes: {
      "only the last product of each sum is kept (= where += is due)": last,
      "the last product of each sum is left out (p < k − 1)": a.matmul(b).sub(last),
      "B is read column by column, as if its rows had k numbers": a.matmul(b.reshape(n!, k!).t()),
      "A is read column by column, as if its rows had m numbers": a.reshape(k!, m!).t().matmul(b),
      "a row of A begins at i · m instead of i · k": () => misread((i, p) => i * m! + p, (p, j) => p * n! + j),
      "a row of B begins at p · k instead of p · n": () => misread((i, p) => i * k! + p, (p, j) => p * k! + j),
      "the sum is not set to 0 again for each element": running,
      "it is written to c[i * k + j]; a row of C has n numbers": misplaced,
      "the last row of C is left out (i < m − 1)": () => without((i) => i < m! - 1),
      "the last column of C is left out (j < n − 1)": () => without((_i, j) => j < n! - 1),
    },
  });
}
}
// %% solution
{
function three_loops(a: Tensor, b: Tensor) {
  const m = a.shape[0]!, k = a.shape[1]!, n = b.shape[1]!;
  const x = a.toArray(), y = b.toArray(), c = new Float32Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += x[i * k + p]! * y[p * n + j]!;
      c[i * n + j] = sum;
    }
  return tensor(c, [m, n]);
}
}
// %% md id=dots
// ## Row · column
//
// The innermost loop is a sum of products: `row.mul(column).sum()`. Written so, it runs in compiled kernels. `a.select(0, i)` is row i, `b.select(1, j)` is column j.
// %% exercise id=e2 name=row_column title="Row times column"
function row_column(a: Tensor, b: Tensor) {
  const rows: Tensor[] = [];
  for (let i = 0; i < a.shape[0]!; i++) {
    const row: Tensor[] = [];
    // For every column j of b: one number.
    for (let j = 0; j < b.shape[1]!; j++) row.push(tensor(0, []));
    rows.push(stack(row));
  }
  return stack(rows);
}
// %% hint
// One number of the result is the sum over all products of a row's and a column's numbers.
// %% hint
// $c_{ij} = \sum a_{i\cdot} \odot b_{\cdot j}$: multiply element by element, then add up.
// %% hint
// `row.push(a.select(0, i).mul(b.select(1, j)).sum())`
// %% check
{
for (const [m, k, n] of [[2, 3, 4], [7, 5, 3], [1, 8, 2], [5, 1, 6], [1, 1, 1]]) {
  const a = randn(m!, k!), b = randn(k!, n!);
  equal(`row_column of (${m}, ${k}) and (${k}, ${n})`, row_column(a, b), () => a.matmul(b), {
    mistakes: {
      "the mean of the products is taken where their sum is due": a.matmul(b).div(k!),
      "the first column of B is used for every j": a.matmul(b.slice(0, 1, 1)).expand(m!, n!),
      "the numbers are added in pairs where they are to be multiplied": () => a.sum({ dim: 1, keepdim: true }).add(b.sum({ dim: 0 })),
      "the first row of A is used for every i": a.slice(0, 1).matmul(b).expand(m!, n!),
    },
  });
}
const a = randn(5, 8000), b = randn(8000, 5);
faster("row_column beside three_loops", () => three_loops(a, b), () => row_column(a, b));
}
// %% solution
{
function row_column(a: Tensor, b: Tensor) {
  const rows: Tensor[] = [];
  for (let i = 0; i < a.shape[0]!; i++) {
    const row: Tensor[] = [];
    for (let j = 0; j < b.shape[1]!; j++) row.push(a.select(0, i).mul(b.select(1, j)).sum());
    rows.push(stack(row));
  }
  return stack(rows);
}
}
// %% md id=rows
// ## A row against all of B
//
// Row i as a column (k, 1) times B (k, n): the column is repeated n times (**broadcasting**), and the sum over k gives a whole row of C at once.
// %% exercise id=e3 name=row_times_all title="A row against all columns"
function row_times_all(a: Tensor, b: Tensor) {
  const rows: Tensor[] = [];
  for (let i = 0; i < a.shape[0]!; i++) rows.push(zeros(b.shape[1]!));
  return stack(rows);
}
// %% hint
// Make the row stand upright: from (k) to (k, 1). Which method adds an axis?
// %% hint
// $C_{i\cdot} = \sum_k (a_{ik} \cdot B_{k\cdot})$: the sum goes over axis 0.
// %% hint
// `a.select(0, i).unsqueeze(-1).mul(b).sum({ dim: 0 })`
// %% check
{
for (const [m, k, n] of [[2, 3, 4], [7, 5, 3], [1, 8, 2], [5, 1, 6], [4, 4, 4]]) {
  const a = randn(m!, k!), b = randn(k!, n!);
  equal(`row_times_all of (${m}, ${k}) and (${k}, ${n})`, row_times_all(a, b), () => a.matmul(b), {
    mistakes: {
      "the mean over k is taken where the sum is due": a.matmul(b).div(k!),
      "the sum goes over the columns (dim 1) where it should go over k (dim 0)": () => a.mul(b.sum({ dim: 1 })),
      "the first row of A is used for every i": a.slice(0, 1).matmul(b).expand(m!, n!),
    },
  });
}
const a = randn(24, 10), b = randn(10, 24);
faster("row_times_all beside row_column", () => row_column(a, b), () => row_times_all(a, b));
}
// %% solution
{
function row_times_all(a: Tensor, b: Tensor) {
  const rows: Tensor[] = [];
  for (let i = 0; i < a.shape[0]!; i++) rows.push(a.select(0, i).unsqueeze(-1).mul(b).sum({ dim: 0 }));
  return stack(rows);
}
}
// %% md id=kernel
// ## The kernel
//
// `a.matmul(b)` does all of it in one call: tiles that stay in the processor's registers, several numbers an instruction, all threads. Time all four, and see what each idea is worth.
// %% code id=ladder title="The ladder"
const L = randn(24, 200), R = randn(200, 24);
show({
  loops: time(() => three_loops(L, R), { samples: 3 }),
  dots: time(() => row_column(L, R), { samples: 3 }),
  rows: time(() => row_times_all(L, R), { samples: 5 }),
  kernel: time(() => L.matmul(R), { samples: 20 }),
});
