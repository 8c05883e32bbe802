import { ActionIcon, Button, Slider, Tooltip } from "@mantine/core";
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, Play } from "lucide-react";
import { useMemo } from "react";
import type { Forecast } from "../../shared/experiments/forecast.ts";
import type { StepperSettings, Trace } from "../../shared/experiments/stepper.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatBytes, formatNumber } from "../../shared/format/number.ts";
import { createNetworkForm } from "../network/network-form.ts";
import { NetworkFields } from "../network/network-fields.tsx";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { goTo, stepperStore, traceNetwork } from "./stepper-store.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import { ExperimentActions } from "../ui/experiment-actions.tsx";
import { MemoryForecast } from "../ui/forecast-note.tsx";
import { isRefused, useBusyReason, useForecast, type AskedForecast } from "../ui/use-forecast.ts";
import classes from "../ui/controls.module.css";
import { Formula } from "../ui/formula.tsx";
import { EmptyState } from "../ui/notices.tsx";
import { ViewLayout } from "../ui/view-layout.tsx";
import { useStepKeys } from "./use-step-keys.ts";
import { StepGraph } from "./step-graph.tsx";
import { TensorCard } from "./tensor-card.tsx";
import own from "./backward.module.css";

// Small enough to read every number.
const network = createNetworkForm("backprop-lab.backward-network", "backward", {
  preset: "custom",
  activation: "relu",
  init: "kaimingNormal",
  loss: "mse",
  split: "train",
  depth: 2,
  width: 4,
  rows: 4,
  seed: 42,
});

/** What would be traced, and what that takes. */
interface Wanted {
  readonly settings: StepperSettings | null;
  readonly forecast: AskedForecast<Forecast>;
}

export function BackwardView() {
  const { trace, at } = useStore(stepperStore);
  const { spec } = network.useForm();
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  const settings = useMemo(() => (spec === null ? null : { network: spec, threads }), [spec, threads]);
  const wanted = { settings, forecast: useForecast(window.lab.stepperForecast, settings) };
  return (
    <ViewLayout controls={<Controls wanted={wanted} />} controlsLabel="Backward settings">
      {trace === null ? (
        <EmptyState action={<TraceButton wanted={wanted} />}>
          Nothing was traced yet: a network goes forward and backward op by op, and each step shows its
          formula, its values and its gradient. On 4 rows you can read the numbers, on 50,000 the statistics.
        </EmptyState>
      ) : (
        <Traced trace={trace} at={at} />
      )}
    </ViewLayout>
  );
}

function Controls({ wanted: { settings, forecast } }: { readonly wanted: Wanted }) {
  const form = network.useForm();
  return (
    <ControlPanel
      actions={
        <>
          <ExperimentActions
            command="trace"
            label="Trace"
            settings={settings}
            forecast={forecast}
            onStart={(chosen) => void traceNetwork(chosen)}
          >
            {(known) => <MemoryForecast forecast={known} />}
          </ExperimentActions>
          <p className={classes["forecast"]}>4 rows show numbers, more show statistics and a sample.</p>
        </>
      }
    >
      <NetworkFields form={form} />
    </ControlPanel>
  );
}

function TraceButton({ wanted: { settings, forecast } }: { readonly wanted: Wanted }) {
  const busy = useBusyReason();
  return (
    <Button
      size="sm"
      leftSection={<Play size="1rem" aria-hidden="true" />}
      disabled={busy !== undefined || settings === null || isRefused(forecast)}
      title={busy}
      onClick={() => {
        if (settings !== null) void traceNetwork(settings);
      }}
    >
      Trace the backward pass
    </Button>
  );
}

function Traced({ trace, at }: { readonly trace: Trace; readonly at: number }) {
  const step = trace.steps[at];
  useStepKeys();
  const byId = useMemo(() => new Map(trace.tensors.map((tensor) => [tensor.id, tensor])), [trace]);
  if (step === undefined) return null;
  const last = trace.steps.length - 1;
  const moves = [
    { label: "First step", icon: ChevronFirst, to: 0, off: at === 0 },
    { label: "Step back", icon: ChevronLeft, to: at - 1, off: at === 0 },
    { label: "Step on", icon: ChevronRight, to: at + 1, off: at === last },
    { label: "Last step", icon: ChevronLast, to: last, off: at === last },
  ];
  const named = (ids: readonly string[]) => ids.flatMap((id) => byId.get(id) ?? []);
  const stepText = `Step ${at + 1} of ${trace.steps.length}, ${step.pass}: ${step.title}`;
  return (
    <>
      <div className={own["title"]}>
        <h2>{trace.title}</h2>
        <span className={own["quiet"]}>
          loss {formatNumber(trace.loss, 7)}; {formatBytes(trace.memory.peakBytes)} of tensors at a time
        </span>
      </div>
      <StepGraph key={trace.title} trace={trace} at={at} />
      <div className={own["player"]}>
        {moves.map(({ label, icon: Icon, to, off }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={label}
              disabled={off}
              onClick={() => goTo(to)}
            >
              <Icon size="1rem" aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        ))}
        <Slider
          className={own["slider"] ?? ""}
          min={0}
          max={last}
          value={at}
          onChange={goTo}
          label={null}
          thumbLabel="Step"
          thumbProps={{ "aria-valuetext": stepText }}
        />
      </div>
      <section className={own["step"]} aria-label="This step">
        <h3>
          <span role="status">{stepText}</span>
        </h3>
        <div className={own["formula"]}>
          {step.formula !== "" && <Formula source={step.formula} />}
          <span className={own["quiet"]}>
            {formatDuration(step.ms)} alone; {formatBytes(step.bytes)} read and written
            {step.multiplyAdds > 0 &&
              `; ${formatNumber(step.multiplyAdds)} multiply-adds, ${formatNumber((2 * step.multiplyAdds) / step.ms / 1e6, 3)} GFLOP/s`}
          </span>
        </div>
        <p>{step.sentence}</p>
        <div className={own["tensors"]}>
          {named(step.inputs).map((tensor) => (
            <TensorCard key={`in ${tensor.id}`} tensor={tensor} heading="reads" />
          ))}
          {named(step.outputs).map((tensor) => (
            <TensorCard key={`out ${tensor.id}`} tensor={tensor} heading="writes" />
          ))}
        </div>
        <p className={own["quiet"]}>{trace.notes.join(" ")}</p>
      </section>
    </>
  );
}
