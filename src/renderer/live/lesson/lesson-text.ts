/** A lesson to begin with: a text and one exercise that passes its own test. */
export const LESSON_TEXT = `// lab notebook 1 · title: A lesson of mine · seed: 42 · threads: 2 · rows: 1000
// %% md id=text
// # A lesson of mine
//
// What it is about, and a formula: $y = 2x$. Double-click to write.
// %% exercise id=ex1 name=twice title="Twice as much"
function twice(x: Tensor) {
  return x;
}
// %% hint
// What gives twice as much?
// %% hint
// $2x = x + x$
// %% hint
// \`x.mul(2)\`
// %% check
{
const x = randn(7, 5);
equal("twice(x)", twice(x), () => x.mul(2), {
  mistakes: { "x is squared": () => x.square() },
});
}
// %% solution
{
function twice(x: Tensor) {
  return x.mul(2);
}
}
`;
