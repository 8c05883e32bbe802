import { ActionIcon, Button, Checkbox, Slider, Tooltip } from "@mantine/core";
import { Dices, Save } from "lucide-react";
import type { Initialisation } from "../../shared/specs/layer-spec.ts";
import { Choice } from "../network/choice.tsx";
import { NetworkFields } from "../network/network-fields.tsx";
import { SCHEMES } from "../network/network-form.ts";
import { useStore } from "../store/create-store.ts";
import { initStore, saveInit } from "./init-store.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import { ExperimentActions } from "../ui/experiment-actions.tsx";
import { MemoryForecast } from "../ui/forecast-note.tsx";
import { useForecast } from "../ui/use-forecast.ts";
import { drawAgain, setDepth, takePreset, useInitialiseForm } from "./initialise-form.ts";
import own from "./initialise.module.css";

const OTHERWISE = [{ value: "none", label: "nothing" }, ...SCHEMES] as readonly {
  value: Initialisation | "none";
  label: string;
}[];

export function InitialiseControls() {
  const { network, otherwise, gradients, choose, settings } = useInitialiseForm();
  const presets = useStore(initStore, (state) => state.presets);
  const forecast = useForecast(window.lab.initForecast, settings);
  const depth = Number(network.numbers.fields.depth.text);
  return (
    <ControlPanel
      actions={
        <ExperimentActions
          command="save-initialisation"
          label="Save as a run"
          icon={Save}
          settings={settings}
          forecast={forecast}
          onStart={(chosen) => void saveInit(chosen)}
        >
          {(known) => <MemoryForecast forecast={known} />}
        </ExperimentActions>
      }
    >
      <div className={own["presets"]} role="group" aria-label="The notebook's first layers">
        {presets.map((preset) => (
          <Button key={preset.id} variant="default" size="compact-sm" onClick={() => takePreset(preset)}>
            {preset.title}
          </Button>
        ))}
      </div>
      <label className={own["sliderLabel"]} id="initialise-depth">
        Depth, {Number.isFinite(depth) ? depth : "–"} linear layers
      </label>
      <Slider
        min={1}
        max={100}
        value={Number.isFinite(depth) ? Math.min(100, Math.max(1, depth)) : 1}
        onChange={setDepth}
        label={null}
        aria-labelledby="initialise-depth"
        thumbProps={{ "aria-labelledby": "initialise-depth" }}
      />
      <NetworkFields form={network} />
      <Tooltip label="Draw again with another seed">
        <ActionIcon
          variant="default"
          size="lg"
          aria-label="Draw again with another seed"
          onClick={() => drawAgain((Number(network.numbers.fields.seed.text) + 1) % 2 ** 32)}
        >
          <Dices size="1rem" aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <Choice
        label="Compare with"
        value={otherwise ?? "none"}
        options={OTHERWISE}
        hint="the same network on the same seed"
        onChoose={(scheme) => choose({ otherwise: scheme === "none" ? null : scheme })}
      />
      <Checkbox
        label="Gradients too"
        checked={gradients}
        onChange={(event) => choose({ gradients: event.currentTarget.checked })}
      />
    </ControlPanel>
  );
}
