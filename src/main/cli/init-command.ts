import * as v from "valibot";
import { initSettingsSchema, type InitSettings, type InitSide } from "../../shared/experiments/init.ts";
import { formatNumber, formatPercent, withMinusSigns } from "../../shared/format/number.ts";
import { NOTEBOOK_NETWORK, type NetworkSpec } from "../../shared/specs/network-spec.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson } from "./print.ts";
import { readNetworkSpec } from "./read-spec.ts";
import { textTable } from "../report/text-table.ts";

export interface InitOptions {
  readonly otherwise?: string;
  readonly gain?: number;
  readonly gradients?: true;
  readonly rows?: number;
  readonly threads: number;
  readonly save?: true;
  readonly json?: true;
}

const said = (value: number | null): string => (value === null ? "" : formatNumber(value));
const percent = (share: number | null): string => (share === null ? "" : formatPercent(share));

function sideTable({ title, layers, loss }: InitSide): string {
  const rows = layers.map(({ position, label, activation, gradient, light }) => [
    String(position),
    label,
    said(activation.mean),
    said(activation.std),
    percent(activation.zeroShare),
    percent(activation.neverActiveShare),
    percent(activation.saturatedShare),
    formatNumber(activation.nan + activation.infinite),
    said(gradient?.std ?? null),
    light.verdict,
    withMinusSigns(light.reason),
  ]);
  const columns = [
    "",
    "layer",
    "mean",
    "std",
    "zeros",
    "never active",
    "saturated",
    "not finite",
    "gradient std",
    "verdict",
    "reason",
  ];
  return [`${title}, loss ${formatNumber(loss)}`, "", textTable(columns, rows)].join("\n");
}

/** What is drawn. @throws {ContractError} If the spec's file cannot be used. @throws {v.ValiError} */
export async function initSettings(file: string | undefined, options: InitOptions): Promise<InitSettings> {
  const spec: NetworkSpec = file === undefined ? NOTEBOOK_NETWORK : await readNetworkSpec(file);
  return v.parse(initSettingsSchema, {
    network: {
      ...spec,
      layers: spec.layers.map((layer) =>
        (layer.type === "linear" || layer.type === "ownLayer") && options.gain !== undefined
          ? { ...layer, gain: options.gain }
          : layer,
      ),
      data: { ...spec.data, rows: options.rows ?? spec.data.rows },
    },
    otherwise: options.otherwise ?? null,
    gradients: options.gradients === true,
    threads: options.threads,
  });
}

/** Draws a network and looks at every layer; prints a table, or JSON with `--json`. */
export async function runInitCommand(
  lab: Lab,
  settings: InitSettings,
  options: InitOptions,
): Promise<ExitCode> {
  let runId: string | null = null;
  if (options.save === true) {
    const run = await lab.init.save(settings).done;
    if (run.failure !== null) complain(`The initialisation failed: ${run.failure}`);
    // Only a measurement that came to its end has something to show.
    if (run.status !== "finished") return EXIT.failedCheck;
    runId = run.id;
  }
  const report = runId === null ? await lab.init.measure(settings) : lab.init.get({ runId }).report;
  if (options.json === true) printJson({ run: runId, ...report });
  else print(`${[...report.sides.map(sideTable), ...report.notes].join("\n\n")}\n`);
  return EXIT.ok;
}
