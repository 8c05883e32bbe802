import { OutOfMemoryError } from "../../../core/errors.ts";
import { withFixedMasks } from "../../../core/network/dropout-mask.ts";
import { flatLayers, networkTitle } from "../../../core/network/network.ts";
import type { Op } from "../../../core/ops/op.ts";
import { numelOf, sizeBytesOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import { phasesOf } from "../../../core/ops/sharding.ts";
import type { Forecast } from "../../../shared/experiments/forecast.ts";
import { networkOf, schemesOf } from "../../../shared/specs/network-spec.ts";
import type {
  StepperSettings,
  Trace,
  TracedStep,
  TracedTensor,
} from "../../../shared/experiments/stepper.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { MeasuredPace } from "../compute/measured-pace.ts";
import { recordGradients } from "../compute/network-setup.ts";
import { requireFits } from "../compute/require-fits.ts";
import { drawNetwork } from "../compute/draw-network.ts";
import type { DataRows } from "../compute/data-rows.ts";
import {
  execute,
  executeOnce,
  recordHistogram,
  recordStatistics,
  statisticsAt,
} from "../compute/programs.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { describeStep } from "./describe-step.ts";
import { forecastTrace } from "./forecast-trace.ts";
import { StepNames, type TensorName } from "./step-names.ts";
import { timeOps } from "./time-ops.ts";
import type { LabServices } from "../activity/experiment.ts";

/** Most values of a tensor that are shown. */
const SHOWN = { rows: 32, columns: 64 } as const;

/** A network whose ops are known one by one. */
interface Recorded {
  readonly ops: readonly Op<Tensor>[];
  readonly loss: Tensor;
  /** Names and roles of what is there before the first op, by place. */
  readonly given: ReadonlyMap<number, { readonly tensor: Tensor; readonly role: TracedTensor["role"] }>;
}

/** The backward stepper: every op of a forward and a backward pass, alone, with what it left. */
export class StepperLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #data: DataRows;
  readonly #pace = new MeasuredPace();

  constructor(services: LabServices, supervisor: RunSupervisor, data: DataRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#data = data;
  }

  forecast(settings: StepperSettings): Forecast {
    return this.#expected(settings).forecast;
  }

  #expected(settings: StepperSettings): ReturnType<typeof forecastTrace> {
    const { engine, dataset } = this.#services;
    return forecastTrace(settings, dataset(settings.network.data.name), engine, this.#pace.factor);
  }

  /** Leaves no run. @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} @throws {ExperimentCancelled} */
  async trace(settings: StepperSettings): Promise<Trace> {
    const { engine } = this.#services;
    requireFits(settings.network, this.#services.dataset(settings.network.data.name));
    const { forecast, ms } = this.#expected(settings);
    if (forecast.refusal !== "") throw new OutOfMemoryError(forecast.refusal);
    const title = networkTitle(networkOf(settings.network));
    return this.#supervisor.work("stepper", `Tracing ${title}`, async ({ progress }) => {
      const startedMs = performance.now();
      const meter = engine.arena.meter();
      const scope = engine.arena.scope();
      try {
        const recorded = await this.#record(settings, scope);
        const times = await timeOps(engine, recorded.ops, settings.threads);
        const walked = await this.#walk(recorded, { settings, times, progress });
        this.#pace.add(performance.now() - startedMs, ms);
        const memory = { forecastBytes: forecast.tensorBytes, peakBytes: meter.peakBytes };
        return { settings, title, memory, notes: NOTES, ...walked };
      } finally {
        scope.release();
      }
    });
  }

  async #record({ network: spec, threads }: StepperSettings, scope: Scope): Promise<Recorded> {
    const { engine } = this.#services;
    const network = networkOf(spec);
    const data = await this.#data.rows(spec.data);
    const drawn = await drawNetwork(
      engine,
      { network: withFixedMasks(network, spec.seed), schemes: schemesOf(spec), seed: spec.seed },
      { rows: () => Promise.resolve(data), threads },
    );
    const { program, parameters, counter, loss } = recordGradients(scope, network, {
      data,
      seed: spec.seed,
      bug: null,
    });
    const given = new Map<number, { tensor: Tensor; role: TracedTensor["role"] }>();
    given.set(data.x.offsetBytes, { tensor: data.x, role: "data" });
    given.set(data.y.offsetBytes, { tensor: data.y, role: "data" });
    for (const [name, tensor] of Object.entries(parameters)) {
      viewOf(engine.arena.memory, tensor, "float32").set(drawn[name] ?? []);
      given.set(tensor.offsetBytes, { tensor, role: "parameter" });
    }
    viewOf(engine.arena.memory, counter, "float64")[0] = 0;
    if (flatLayers(network.layers).some(({ type }) => type === "dropout")) {
      given.set(counter.offsetBytes, { tensor: counter, role: "data" });
    }
    return { ops: program.ops, loss, given };
  }

  /** Runs op after op, and reads what each has left before the next can write over it. */
  async #walk(
    { ops, loss, given }: Recorded,
    {
      settings: { threads },
      times,
      progress,
    }: {
      readonly settings: StepperSettings;
      readonly times: readonly number[];
      readonly progress: ActivityHandle["progress"];
    },
  ): Promise<Pick<Trace, "loss" | "tensors" | "steps">> {
    const { engine } = this.#services;
    const tensors: TracedTensor[] = [];
    /** The latest version of what lies at a place. */
    const latest = new Map<number, string>();
    const names = new StepNames();
    const add = async (
      tensor: Tensor,
      { symbol, formula }: TensorName,
      { role, step }: { readonly role: TracedTensor["role"]; readonly step: number },
    ): Promise<string> => {
      const id = `${symbol}@${step}`;
      tensors.push({ ...(await this.#look(tensor, threads)), id, name: symbol, formula, role });
      latest.set(tensor.offsetBytes, id);
      return id;
    };
    for (const { tensor, role } of given.values()) {
      await add(tensor, names.given(tensor), { role, step: -1 });
    }
    const steps: TracedStep[] = [];
    let passed: TracedStep["pass"] = "forward";
    for (const [index, op] of ops.entries()) {
      progress(index / ops.length);
      const writes = phasesOf(op).flatMap(({ accesses: of }) => of.filter(({ write }) => write));
      const isLoss = writes.some(({ tensor }) => tensor.offsetBytes === loss.offsetBytes);
      if (isLoss) passed = "loss";
      else if (passed === "loss") passed = "backward";
      const accesses = phasesOf(op).flatMap((phase) => phase.accesses);
      const places = (write: boolean): Tensor[] => {
        const found = accesses.filter((access) => access.write === write).map(({ tensor }) => tensor);
        return found.filter(
          (one, at) => found.findIndex(({ offsetBytes }) => offsetBytes === one.offsetBytes) === at,
        );
      };
      const inputs = places(false).map(({ offsetBytes }) => latest.get(offsetBytes) ?? "");
      await execute(engine, [{ program: { ops: [op] }, repeats: 1 }], { threads });
      const outputs: string[] = [];
      const role = isLoss ? "loss" : passed === "backward" ? "gradient" : "activation";
      const { op: named, out } = names.next(op);
      for (const tensor of places(true)) outputs.push(await add(tensor, out, { role, step: index }));
      steps.push({
        index,
        pass: passed,
        op: op.op,
        ...describeStep(named),
        inputs,
        outputs,
        ms: times[index] ?? NaN,
        bytes: [...places(false), ...places(true)].reduce((sum, tensor) => sum + sizeBytesOf(tensor), 0),
        multiplyAdds: op.op === "matmul" ? (numelOf(op.a.shape) * numelOf(op.out.shape)) / rowsShared(op) : 0,
      });
    }
    const value = viewOf(engine.arena.memory, loss, "float32")[0] ?? NaN;
    return { loss: value, tensors, steps };
  }

  async #look(
    tensor: Tensor,
    threads: number,
  ): Promise<Omit<TracedTensor, "id" | "name" | "formula" | "role">> {
    const { engine } = this.#services;
    const seen =
      tensor.dtype === "float64"
        ? this.#lookAtFew(tensor)
        : await executeOnce(engine, threads, (ops) => {
            const statistics = recordStatistics(ops, tensor);
            return () => statisticsAt(engine, statistics, tensor.name);
          });
    const { mean, std, min, max, zeroShare } = seen;
    const range = max > min ? { lo: min, hi: max } : { lo: min - 0.5, hi: min + 0.5 };
    const histogram =
      tensor.dtype !== "float64" && Number.isFinite(range.hi - range.lo)
        ? await executeOnce(engine, threads, (ops) =>
            recordHistogram(engine, ops, tensor, { label: tensor.name, ...range }),
          )
        : { label: tensor.name, lo: 0, hi: 1, counts: [] };
    return {
      shape: [...tensor.shape],
      bytes: sizeBytesOf(tensor),
      mean,
      std,
      min,
      max,
      zeroShare,
      histogram,
      values: this.#values(tensor),
    };
  }

  /** Sums and moments, which are few and in float64. */
  #lookAtFew(tensor: Tensor): Pick<TracedTensor, "mean" | "std" | "min" | "max" | "zeroShare"> {
    const values = Array.from(viewOf(this.#services.engine.arena.memory, tensor, "float64"));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      mean,
      std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0,
      min: Math.min(...values),
      max: Math.max(...values),
      zeroShare: values.filter((value) => value === 0).length / values.length,
    };
  }

  /** All values of a small tensor, else every so many-th row and column. */
  #values(tensor: Tensor): TracedTensor["values"] {
    const { memory } = this.#services.engine.arena;
    const view =
      tensor.dtype === "float64" ? viewOf(memory, tensor, "float64") : viewOf(memory, tensor, "float32");
    const [height, width] =
      tensor.shape.length === 1 ? [1, tensor.shape[0] ?? 1] : [tensor.shape[0] ?? 1, tensor.shape[1] ?? 1];
    const [rows, columns] = [Math.min(SHOWN.rows, height), Math.min(SHOWN.columns, width)];
    const values: number[] = [];
    for (let row = 0; row < rows; row++) {
      const from = Math.floor((row * height) / rows) * width;
      for (let column = 0; column < columns; column++) {
        values.push(view[from + Math.floor((column * width) / columns)] ?? NaN);
      }
    }
    const all = rows === height && columns === width;
    return { rows, columns, values, shown: all ? "all values" : "a sample" };
  }
}

const NOTES = [
  "Every op is run and timed alone here. In the app's experiments the planner fuses them and goes through rows in blocks.",
];

/** Rows of the product's result: what a and out have in common beside the depth. */
const rowsShared = ({ a, transposeA }: Extract<Op<Tensor>, { op: "matmul" }>): number =>
  (transposeA ? a.shape[1] : a.shape[0]) ?? 1;
