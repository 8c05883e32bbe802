import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { forSimpleActivations } from "../../core/ops/activation.ts";
import { decidesWidth } from "../../shared/specs/fit-widths.ts";
import type { LayerInBlock, SingleLayerSpec, TrainLayerSpec } from "../../shared/specs/layer-spec.ts";
import { widthBehind } from "../../shared/specs/open-layers.ts";
import { useActivationOptions, useLayerOptions } from "../network/notebook-parts.ts";
import { LayerSettings, type LayerOfList } from "./layer-settings.tsx";
import { OwnLayerBackward } from "./own-layer-settings.tsx";
import own from "./train-view.module.css";

/** Layers that can be added, each as it begins. */
const KINDS: Readonly<
  Record<TrainLayerSpec["type"], { title: string; make: (width: number) => TrainLayerSpec }>
> = {
  linear: {
    title: "linear",
    make: (width) => ({ type: "linear", in: width, out: 64, init: "kaimingNormal" }),
  },
  relu: { title: "relu", make: () => ({ type: "relu", shift: 0 }) },
  leakyRelu: { title: "leaky relu", make: () => ({ type: "leakyRelu", slope: 0.01 }) },
  ...forSimpleActivations((type, title) => ({ title, make: () => ({ type }) })),
  own: {
    title: "own activation",
    make: () => ({ type: "own", name: "swish", forward: "z * sigmoid(z)" }),
  },
  ownLayer: {
    title: "own layer",
    make: () => ({
      type: "ownLayer",
      name: "bottleneck",
      init: "kaimingNormal",
      layers: [
        { type: "linear", out: { times: 1, per: 4, plus: 0 } },
        { type: "relu", shift: 0 },
        { type: "linear", out: { times: 1, per: 1, plus: 0 } },
      ],
    }),
  },
  dropout: { title: "dropout", make: () => ({ type: "dropout", rate: 0.2 }) },
  batchNorm: { title: "batch norm", make: () => ({ type: "batchNorm", momentum: 0.1, eps: 1e-5 }) },
  layerNorm: { title: "layer norm", make: () => ({ type: "layerNorm", eps: 1e-5 }) },
  residual: {
    title: "residual block",
    make: (width) => ({
      type: "residual",
      layers: [
        { type: "linear", in: width, out: width, init: "kaimingNormal" },
        { type: "relu", shift: 0 },
        { type: "linear", in: width, out: width, init: "kaimingNormal" },
      ],
    }),
  },
  product: {
    title: "product",
    make: (width) => ({
      type: "product",
      left: [{ type: "linear", in: width, out: width, init: "kaimingNormal" }, { type: "sigmoid" }],
      right: [{ type: "linear", in: width, out: width, init: "kaimingNormal" }],
    }),
  },
};

/** What a block may hold: see `trainLayerSpecSchema`. */
const fitsBranch = (layer: TrainLayerSpec): layer is SingleLayerSpec =>
  layer.type !== "residual" && layer.type !== "product" && layer.type !== "ownLayer";
const fitsResidual = (layer: TrainLayerSpec): layer is LayerInBlock =>
  layer.type !== "residual" && layer.type !== "ownLayer";

/** The layers inside a block, each branch a list of its own. */
function BlockBranches({ layer, place, inputs, endGiven, onChange }: LayerOfList) {
  if (layer.type === "residual") {
    return (
      <Branch
        name="f"
        place={place}
        layers={layer.layers}
        inputs={inputs}
        fits={fitsResidual}
        fewest={1}
        endGiven
        onChange={(layers) => onChange({ ...layer, layers })}
      />
    );
  }
  if (layer.type !== "product") return null;
  const bothDecide = layer.left.some(decidesWidth) && layer.right.some(decidesWidth);
  return (["left", "right"] as const).map((side) => (
    <Branch
      key={side}
      name={side === "left" ? "f" : "g"}
      place={place}
      layers={layer[side]}
      inputs={inputs}
      fits={fitsBranch}
      fewest={0}
      endGiven={endGiven || side === "right" || !bothDecide}
      onChange={(layers) => onChange({ ...layer, [side]: layers })}
    />
  ));
}

interface BranchProps<L extends TrainLayerSpec> {
  readonly name: "f" | "g";
  /** The block. */
  readonly place: string;
  readonly layers: readonly L[];
  readonly inputs: number;
  readonly fits: (layer: TrainLayerSpec) => layer is L;
  readonly fewest: number;
  readonly endGiven: boolean;
  readonly onChange: (layers: L[]) => void;
}

function Branch<L extends TrainLayerSpec>(props: BranchProps<L>) {
  const { name, place, layers, inputs, fits, fewest, endGiven, onChange } = props;
  const of = `${name} of ${place}`;
  return (
    <div className={own["branch"]}>
      <span className={own["quiet"]}>
        {name}(x) ={layers.length === 0 && " x"}
      </span>
      <LayerList
        name={`Layers of ${of}`}
        place={(index) => `layer ${index + 1} of ${of}`}
        layers={layers}
        inputs={inputs}
        fewest={fewest}
        endGiven={endGiven}
        onChange={(changed) => onChange(changed.filter(fits))}
      />
      <AddLayer
        label={`Kind of the new layer in ${of}`}
        button={`Add to ${name}`}
        buttonLabel={`Add to ${of}`}
        fits={fits}
        make={(spec) => onChange([...layers, spec(widthBehind(layers, inputs))].filter(fits))}
      />
    </div>
  );
}

/** Layers one below the other: change, move, remove. */
export function LayerList({
  name,
  place,
  layers,
  inputs,
  fewest,
  endGiven,
  onChange,
}: {
  readonly name: string;
  readonly place: (index: number) => string;
  readonly layers: readonly TrainLayerSpec[];
  /** Values that come in. */
  readonly inputs: number;
  /** The last of so many cannot be removed. */
  readonly fewest: number;
  /** The last width of the list is what the block around it needs. */
  readonly endGiven: boolean;
  readonly onChange: (layers: readonly TrainLayerSpec[]) => void;
}) {
  const move = (from: number, to: number): void => {
    const next = [...layers];
    const [moved] = next.splice(from, 1);
    if (moved !== undefined) next.splice(to, 0, moved);
    onChange(next);
  };
  const lastWidth = layers.findLastIndex(decidesWidth);
  return (
    <ol className={own["layers"]} aria-label={name}>
      {layers.map((layer, index) => {
        const at = place(index);
        const before = widthBehind(layers.slice(0, index), inputs);
        const given = endGiven && index === lastWidth;
        const change = (changed: TrainLayerSpec): void =>
          onChange(layers.map((one, i) => (i === index ? changed : one)));
        return (
          <li key={index}>
            <span className={own["layerName"]}>{KINDS[layer.type].title}</span>
            <LayerSettings layer={layer} place={at} inputs={before} endGiven={given} onChange={change} />
            <span className={own["layerTools"]}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${at} up`}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              >
                <ArrowUp size="0.875rem" aria-hidden="true" />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${at} down`}
                disabled={index === layers.length - 1}
                onClick={() => move(index, index + 1)}
              >
                <ArrowDown size="0.875rem" aria-hidden="true" />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove ${at}`}
                disabled={layers.length === fewest}
                onClick={() => onChange(layers.filter((_, i) => i !== index))}
              >
                <Trash2 size="0.875rem" aria-hidden="true" />
              </ActionIcon>
            </span>
            <BlockBranches layer={layer} place={at} inputs={before} endGiven={given} onChange={change} />
            {layer.type === "ownLayer" && <OwnLayerBackward layer={layer} place={at} />}
          </li>
        );
      })}
    </ol>
  );
}

/** Chooses a kind of layer, the lab's or a notebook's, and adds one. */
export function AddLayer({
  label,
  button,
  buttonLabel = button,
  fits,
  make,
  children,
}: {
  readonly label: string;
  readonly button: string;
  /** With the place, for who cannot see where the button stands. */
  readonly buttonLabel?: string;
  readonly fits: (layer: TrainLayerSpec) => boolean;
  /** @param spec The new layer, where so many values come in. */
  readonly make: (spec: (width: number) => TrainLayerSpec) => void;
  /** Behind the button. */
  readonly children?: ReactNode;
}) {
  const [kind, setKind] = useState("linear");
  const defined = [...useActivationOptions(), ...useLayerOptions()].filter(({ spec }) => fits(spec));
  const kinds = Object.entries(KINDS).filter(([, one]) => fits(one.make(1)));
  return (
    <div className={own["row"]}>
      <NativeSelect
        size="xs"
        aria-label={label}
        value={kind}
        data={[
          ...kinds.map(([value, { title }]) => ({ value, label: title })),
          ...(defined.length === 0
            ? []
            : [
                {
                  group: "Of your notebooks",
                  items: defined.map(({ value, label: title }) => ({ value, label: title })),
                },
              ]),
        ]}
        onChange={(event) => setKind(event.currentTarget.value)}
      />
      <Button
        variant="default"
        size="xs"
        aria-label={buttonLabel}
        leftSection={<Plus size="0.875rem" aria-hidden="true" />}
        onClick={() => {
          const ownSpec = defined.find(({ value }) => value === kind)?.spec;
          const kindOf = kind in KINDS ? (kind as keyof typeof KINDS) : "linear";
          make((width) => ownSpec ?? KINDS[kindOf].make(width));
        }}
      >
        {button}
      </Button>
      {children}
    </div>
  );
}
