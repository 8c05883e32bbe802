/** A tensor as the lab knows it: nothing can be read from it, and nobody can make one. */
export interface Handle {
  readonly opaque: unique symbol;
}

/** What a notebook defines for the lab's other views. */
export type PartKind = "activation" | "loss";

/** What the lab does for the language. All arguments are checked on the other side. */
export interface Host {
  /** Takes down one operation; `stack` says where. Lists of numbers come as text, "2,3". */
  record(method: string, stack: string, ...operands: (Handle | number | string | undefined)[]): Handle;
  /** A tensor of numbers that the language holds; `sizes` as text. */
  upload(values: ArrayBuffer, sizes: string, stack: string): Handle;
  /** Rows of a data set; `part` is xTrain, yTrain, xValid or yValid. */
  dataset(name: string, part: string): Handle;
  /** JSON of the saved runs that a query finds. */
  runs(query: string): string;
  /** A saved run's metric: all steps, then all values, as float64. */
  curve(runId: string, name: string): ArrayBuffer;
  shape(tensor: Handle): string;
  dtype(tensor: Handle): string;
  /** A number that no other computed tensor has. */
  identity(tensor: Handle): number;
  /** Tells of a variable; the marks are other ones when it, or its gradient, is not what it was. */
  variable(
    name: string,
    kind: string,
    text: string,
    mark: string,
    gradientMark: string,
    tensor?: Handle,
  ): void;
  /** The only element. */
  item(tensor: Handle): number;
  values(tensor: Handle): ArrayBuffer;
  /** As `print` shows it. */
  text(tensor: Handle): string;
  /** Says something: text, value, show or chart, in JSON. */
  output(kind: string, json: string): void;
  histogram(tensor: Handle, bins: number, title: string): void;
  image(tensor: Handle, width: number, title: string): void;
  heat(tensor: Handle, title: string): void;
  /** "" where all elements are close, else what differs. */
  compare(a: Handle, b: Handle, rtol: number, atol: number): string;
  /** Computes what is pending and begins to record for `time`. */
  timeBegin(): void;
  /** JSON of the timing, or "" where the function has read a tensor and cannot be repeated by the lab. */
  timeEnd(name: string, samples: number): string;
  /** Whole milliseconds since the last lap or timeBegin, once what is pending has been computed. */
  lap(): number;
  /** JSON of a timing by the clock; laps as text, "12,13". */
  clockTiming(name: string, laps: string): string;
  /** The same values with a little noise if all of them are 0, else nothing. */
  movedZeros(tensor: Handle): Handle | undefined;
  checkBegin(): void;
  /**
   * Notes that a person gave this tensor this gradient, or none; `stack` says where, unless it is known where `made`
   * was recorded.
   */
  checkGradient(tensor: Handle, gradient: Handle | undefined, stack: string, made?: Handle): void;
  checkCancel(): void;
  /**
   * JSON of the report; names are separated by line ends, tensors follow in their order. `differences` coordinates of
   * each prove the reference, Infinity for all; of `ofRows` rows the first `rows` were taken, of 0 where none were cut.
   */
  checkEnd(
    kind: string,
    loss: Handle,
    names: string,
    differences: number,
    rows: number,
    ofRows: number,
    stack: string,
    ...of: Handle[]
  ): string;
  /** From here on operations are only taken down and nothing can be read, until `formulaEnd`. */
  formulaBegin(): void;
  formulaEnd(): void;
  /**
   * The formula of an element of `out`, of what was recorded between. What the function was given: z and dy of an
   * activation, y and t of a loss.
   */
  formula(kind: PartKind, out: Handle, first: Handle, second: Handle): string;
  /** Says that an activation or a loss of this name has been defined, by its formulas. */
  definePart(
    kind: PartKind,
    name: string,
    forward: string,
    backward: string | undefined,
    stack: string,
  ): void;
  /**
   * The lines of a layer's backward, with line ends, of what was recorded between. `names` of its parameters; then x, y, dy
   * and the parameters, then the gradients of x and of the parameters.
   */
  layerBackward(names: string, ...of: Handle[]): string;
  /**
   * Says that a layer of this name has been defined: JSON of what it is made of, as a network's spec says it, and the lines
   * of its backward if it has one.
   */
  defineLayer(name: string, layers: string, backward: string | undefined, stack: string): void;
  /**
   * What is wrong with a value, "" where nothing is. `exact`, 1 or 0: the expected one is computed anew in float64;
   * words of the mistakes are separated by line ends, what they give follows in their order.
   */
  judgeValue(
    actual: Handle,
    expected: Handle,
    exact: number,
    rtol: number,
    atol: number,
    words: string,
    ...mistakes: Handle[]
  ): string;
  /** Tensors on their way between a lesson's check and the student's code lie on a tray, by number. */
  clearTray(): void;
  put(tensor: Handle): number;
  take(place: number): Handle;
  /** Has the other world do something; throws what that threw. */
  cross(message: string): string;
  /** From here to the cell's end random numbers come from this seed. */
  seed(seed: number): void;
  /** A whole number below 2³² that keys the next stream of Math.random. */
  randomKey(): number;
}

declare global {
  var backpropLabHost: Host | undefined;
}

function takeHost(): Host {
  const given = globalThis.backpropLabHost;
  if (given === undefined) throw new TypeError("the tensor language runs in the lab's sandbox only");
  Reflect.deleteProperty(globalThis, "backpropLabHost");
  return given;
}

/** Only the language's own files can reach it: it is off the global object before any cell runs. */
export const host: Host = Object.freeze(takeHost());

// A cell may replace the global names; the language goes on with those it began with.
const OwnError = Error;

/** Where the language was called from; the lab looks for lines of cells in it. */
export const callers = (): string => new OwnError().stack ?? "";
