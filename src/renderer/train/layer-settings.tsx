import { NativeSelect } from "@mantine/core";
import { isSimpleActivation, type TrainLayerSpec } from "../../shared/specs/layer-spec.ts";
import { SCHEMES } from "../network/network-form.ts";
import { LayerNumber } from "./layer-inputs.tsx";
import { OwnActivationSettings } from "./own-activation-settings.tsx";
import { OwnLayerSettings } from "./own-layer-settings.tsx";

/** A layer in the list, and whom to tell of its change. */
export interface LayerOfList {
  readonly layer: TrainLayerSpec;
  readonly place: string;
  /** Values that come in. */
  readonly inputs: number;
  /** Its width is what the block around it needs. */
  readonly endGiven: boolean;
  readonly onChange: (layer: TrainLayerSpec) => void;
}

/** What can be changed of one layer, in its row of the list. */
export function LayerSettings({ layer, place, inputs, endGiven, onChange }: LayerOfList) {
  const number = (name: string, value: number, change: (value: number) => void) => (
    <>
      <span>{name}</span>
      <LayerNumber label={`${name} of ${place}`} value={value} onChange={change} />
    </>
  );
  if (isSimpleActivation(layer)) return null;
  switch (layer.type) {
    case "linear":
      return (
        <>
          <span className="mono">
            {layer.in} →{endGiven && ` ${layer.out}`}
          </span>
          {!endGiven && (
            <LayerNumber
              label={`outputs of ${place}`}
              value={layer.out}
              onChange={(out) => onChange({ ...layer, out: Math.max(1, Math.round(out)) })}
            />
          )}
          <NativeSelect
            size="xs"
            aria-label={`initialisation of ${place}`}
            value={layer.init}
            data={SCHEMES.map((scheme) => ({ ...scheme }))}
            onChange={(event) => {
              const init = event.currentTarget.value as typeof layer.init;
              onChange({ ...layer, init });
            }}
          />
        </>
      );
    case "relu":
      return number("shift", layer.shift, (shift) => onChange({ ...layer, shift }));
    case "leakyRelu":
      return number("slope", layer.slope, (slope) => onChange({ ...layer, slope }));
    case "dropout":
      return number("rate", layer.rate, (rate) => onChange({ ...layer, rate }));
    case "batchNorm":
      return number("momentum", layer.momentum, (momentum) => onChange({ ...layer, momentum }));
    case "own":
      return <OwnActivationSettings layer={layer} place={place} onChange={onChange} />;
    case "ownLayer":
      return <OwnLayerSettings layer={layer} place={place} inputs={inputs} onChange={onChange} />;
    case "residual":
      return <span>x + f(x)</span>;
    case "product":
      return <span>f(x) ⊙ g(x)</span>;
    case "layerNorm":
      return null;
  }
}
