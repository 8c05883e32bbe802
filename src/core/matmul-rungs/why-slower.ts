/** Why a rung may be hardly faster than the one before it, or slower, though it was not in the notebook; by the rungs' ids. */
export const WHY_SLOWER: Readonly<Record<string, string>> = {
  elementwise:
    "a compiled triple loop costs a hundredth of Python's, so that making a temporary row for every element no longer pays",
  broadcast: "it writes and reads a temporary matrix for every row of A",
  einsum:
    "it is a general loop over any formula in TypeScript here, where torch hands this formula to a tuned library",
  "cache-order": "the matrices are so small that they stay in the cache in any order",
  kernel: "the product is so small that starting it costs as much as computing it",
  sharded: "the product is too small here to pay for waking the workers",
  tfjs: "its WebAssembly backend computes on one thread outside a web page",
  pytorch: "every call goes through Python and its dispatcher first",
};
