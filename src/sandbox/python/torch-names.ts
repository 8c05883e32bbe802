/** How a method of the lab's tensors is said in torch: x is what it is called on, a its arguments, k its options by name. */
type MethodRow = (x: string, a: readonly string[], k: Readonly<Record<string, string>>) => string;

const joined = (a: readonly string[], k: Readonly<Record<string, string>> = {}): string =>
  [...a, ...Object.entries(k).map(([name, value]) => `${name}=${value}`)].join(", ");
/** The same name and the same arguments. */
const same =
  (name: string): MethodRow =>
  (x, a, k) =>
    `${x}.${name}(${joined(a, k)})`;
const reduce =
  (whole: string, along: string): MethodRow =>
  (x, _a, k) =>
    k["dim"] === undefined ? `${x}.${whole}()` : `${x}.${along}(${joined([], k)})`;
const spread =
  (name: string): MethodRow =>
  (x, _a, { correction = "1", dim = "None", ...k }) =>
    correction === "1" && dim === "None" && Object.keys(k).length === 0
      ? `${x}.${name}()`
      : `${x}.${name}(${joined([], { dim, correction, ...k })})`;

/** Bounds mean in Python what they mean here: negative ones count from the end, and the last may lie past it. */
const sliced: MethodRow = (x, [from = "0", to = "", dim = "0"]) => {
  const part = `${from}:${to === "math.inf" ? "" : to}`;
  if (/^\d+$/.test(dim)) return `${x}[${":, ".repeat(Number(dim))}${part}]`;
  const fromEnd = /^-(\d+)$/.exec(dim)?.[1];
  if (fromEnd !== undefined) return `${x}[..., ${part}${", :".repeat(Number(fromEnd) - 1)}]`;
  return `slice_along(${[x, from, to, dim].join(", ")})`;
};

/** Names that are torch's own. */
const SHARED = [
  ..."add sub mul div pow gt ge lt le eq ne relu neg abs sign sqrt rsqrt square exp log tanh sigmoid erf float".split(
    " ",
  ),
  ..."clone detach sum mean argmax argmin softmax matmul t reshape squeeze unsqueeze permute expand select".split(
    " ",
  ),
  ..."add_ sub_ mul_ div_ zero_ copy_ backward item".split(" "),
];

/** Every method of a tensor: one row each. */
export const TENSOR_METHODS: Readonly<Record<string, MethodRow>> = {
  ...Object.fromEntries(SHARED.map((name): [string, MethodRow] => [name, same(name)])),
  maximum: (x: string, [o = "0"]) => `torch.maximum(${x}, torch.as_tensor(${o}))`,
  minimum: (x, [o = "0"]) => `torch.minimum(${x}, torch.as_tensor(${o}))`,
  where: (x, a) => `torch.where(${joined([`${x}.bool()`, ...a])})`,
  clamp: (x, _a, k) => `${x}.clamp(${joined([], k)})`,
  clampMin: (x, [min = "0"]) => `${x}.clamp(min=${min})`,
  variance: spread("var"),
  std: spread("std"),
  max: reduce("max", "amax"),
  min: reduce("min", "amin"),
  logSumExp: (x, _a, k) =>
    k["dim"] === undefined ? `${x}.flatten().logsumexp(0)` : `${x}.logsumexp(${joined([], k)})`,
  slice: sliced,
  take: (x, [rows = ""]) => `${x}[${rows}.long()]`,
  gather: (x, [dim = "0", index = ""]) => `${x}.gather(${dim}, ${index}.long())`,
  oneHot: (x, [classes = ""]) => `F.one_hot(${x}.long(), ${classes}).float()`,
  requiresGrad_: (x, a) => `${x}.requires_grad_(${joined(a)})`,
  toArray: (x) => `${x}.float().flatten().tolist()`,
  toString: (x: string) => `str(${x})`,
  zeroGrad: (x) => `${x}.zero_grad()`,
};

/** Properties whose names differ. */
export const PROPERTIES: Readonly<Record<string, (x: string) => string>> = {
  numel: (x) => `${x}.numel()`,
  length: (x) => `len(${x})`,
  requiresGrad: (x) => `${x}.requires_grad`,
  runningMean: (x) => `${x}.running_mean`,
  runningVariance: (x) => `${x}.running_var`,
};

type FunctionRow = (a: readonly string[], k: Readonly<Record<string, string>>) => string;
const torch =
  (name: string): FunctionRow =>
  (a, k) =>
    `torch.${name}(${joined(a, k)})`;
const helper =
  (name: string): FunctionRow =>
  (a, k) =>
    `${name}(${joined(a, k)})`;
const pair =
  (name: string): FunctionRow =>
  ([first = "", ...more]) =>
    `torch.as_tensor(${first}).${name}(${more.map((one) => `torch.as_tensor(${one})`).join(", ")})`;
const FANS: Readonly<Record<string, string>> = { '"fanIn"': '"fan_in"', '"fanOut"': '"fan_out"' };
const kaiming =
  (name: string): FunctionRow =>
  (a, { mode, ...k }) => {
    const fan =
      mode === undefined ? {} : { mode: FANS[mode] ?? `{"fanIn": "fan_in", "fanOut": "fan_out"}[${mode}]` };
    return `nn.init.${name}(${joined(a, { ...k, ...fan })})`;
  };

/** Every function of the language, and what Math has: one row each. */
export const FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  ...Object.fromEntries(
    ["add", "sub", "mul", "div", "pow", "maximum", "minimum"].map((name) => [name, pair(name)]),
  ),
  ...Object.fromEntries(
    ["matmul", "zeros", "ones", "eye", "randn", "rand", "randperm", "einsum"].map((name) => [
      name,
      torch(name),
    ]),
  ),
  where: ([condition = "", ...a]) => `torch.where(${joined([`(${condition}).bool()`, ...a])})`,
  full: (a) => `torch.full(${joined(a)}, dtype=torch.float32)`,
  tensor: ([values = "[]", shape]) =>
    `torch.tensor(${values}, dtype=torch.float32)${shape === undefined ? "" : `.reshape(${shape})`}`,
  arange: (a) => `torch.arange(${joined(a)}, dtype=torch.float32)`,
  manualSeed: torch("manual_seed"),
  cat: ([tensors = "[]", dim = "0"]) => `torch.cat(${tensors}, ${dim})`,
  stack: ([tensors = "[]", dim = "0"]) => `torch.stack(${tensors}, ${dim})`,
  pad: helper("pad"),
  data: helper("data"),
  print: helper("print"),
  show: helper("show"),
  plot: helper("plot"),
  hist: helper("hist"),
  image: helper("image"),
  heat: helper("heat"),
  assertClose: helper("assert_close"),
  time: helper("time"),
  check: helper("check"),
  checkLayer: helper("check_layer"),
  activation: helper("activation"),
  lossFunction: helper("loss_function"),
  ownLayer: helper("own_layer"),
  noGrad: helper("no_grad"),
  "nn.init.kaimingNormal_": kaiming("kaiming_normal_"),
  "nn.init.kaimingUniform_": kaiming("kaiming_uniform_"),
  "nn.init.xavierNormal_": helper("nn.init.xavier_normal_"),
  "nn.init.xavierUniform_": helper("nn.init.xavier_uniform_"),
  "nn.init.normal_": helper("nn.init.normal_"),
  "nn.init.uniform_": helper("nn.init.uniform_"),
  "nn.init.zeros_": helper("nn.init.zeros_"),
  "nn.init.ones_": helper("nn.init.ones_"),
  ...Object.fromEntries(
    "sqrt exp log sin cos tan asin acos atan atan2 sinh cosh tanh floor ceil trunc pow log2 log10 log1p expm1 hypot"
      .split(" ")
      .map((name) => [`Math.${name}`, (a: readonly string[]) => `math.${name}(${joined(a)})`]),
  ),
  // Python rounds halves to even numbers.
  "Math.round": (a) => `math.floor(${joined(a)} + 0.5)`,
  "Math.sign": ([x = ""]) => `math.copysign(float((${x}) != 0), ${x})`,
  "Number.isFinite": ([x = ""]) => `math.isfinite(${x})`,
  "Number.isNaN": ([x = ""]) => `math.isnan(${x})`,
  isFinite: ([x = ""]) => `math.isfinite(${x})`,
  isNaN: ([x = ""]) => `math.isnan(${x})`,
  ...Object.fromEntries(
    ["max", "min", "abs"].map((name) => [`Math.${name}`, (a: readonly string[]) => `${name}(${joined(a)})`]),
  ),
  "Object.fromEntries": helper("dict"),
  "Object.entries": ([of = ""]) => `list(${of}.items())`,
  "Object.keys": ([of = ""]) => `list(${of})`,
  "Object.values": ([of = ""]) => `list(${of}.values())`,
  Number: helper("float"),
  String: helper("str"),
};

/** Constants, classes and functions that are handed on, under a dotted name. */
export const DOTTED: Readonly<Record<string, string>> = {
  "Math.PI": "math.pi",
  "Math.E": "math.e",
  "Math.SQRT2": "math.sqrt(2)",
  "Math.SQRT1_2": "math.sqrt(0.5)",
  Infinity: "math.inf",
  NaN: "math.nan",
  undefined: "None",
  Number: "float",
  String: "str",
  "optim.SGD": "torch.optim.SGD",
  "optim.Adam": "torch.optim.Adam",
  "nn.init.kaimingNormal_": "nn.init.kaiming_normal_",
  "nn.init.kaimingUniform_": "nn.init.kaiming_uniform_",
  "nn.init.xavierNormal_": "nn.init.xavier_normal_",
  "nn.init.xavierUniform_": "nn.init.xavier_uniform_",
};

/** Options of constructors and functions. */
export const OPTION_NAMES: Readonly<Record<string, string>> = { weightDecay: "weight_decay" };

/** A cell's own names that would hide what its translation needs. */
export const TAKEN: ReadonlySet<string> = new Set(
  (
    "and as assert async def del elif except exec from global is lambda nonlocal not or pass raise with None True False " +
    "range len list dict str float print sum max min abs round reversed enumerate torch nn F math " +
    "Record Method remainder reduce sort_by index_of any all next Map Set concat for_each entries_of keys_of values_of " +
    "to_exponential to_fixed"
  ).split(" "),
);
