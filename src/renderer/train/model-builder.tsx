import { ActionIcon, Button, NativeSelect, Textarea } from "@mantine/core";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { counted } from "../../core/counted.ts";
import { branchesOf } from "../../core/network/block.ts";
import { flatLayers, parameterShapes } from "../../core/network/network.ts";
import { forSimpleActivations } from "../../core/ops/activation.ts";
import { isSimpleActivation, type TrainLayerSpec } from "../../shared/specs/layer-spec.ts";
import { endsOf, endsOfLayers, networkOf, outputsFor } from "../../shared/specs/network-spec.ts";
import { formatNumber } from "../format/number.ts";
import { SCHEMES } from "../network/network-form.ts";
import { useActivationOptions, useLayerOptions, useNotebookParts } from "../network/notebook-parts.ts";
import { showFailure } from "../store/lab-store.ts";
import { useStore } from "../store/create-store.ts";
import { datasetsStore, knownDataset } from "../store/datasets-store.ts";
import { LayerNumber } from "./layer-inputs.tsx";
import { OwnLayerBackward, OwnLayerSettings } from "./own-layer-settings.tsx";
import { OwnActivationSettings } from "./own-activation-settings.tsx";
import { WeightsFile } from "./weights-file.tsx";
import { copyText } from "../store/save.ts";
import { productText } from "../../shared/specs/open-layers.ts";
import { fitWidths, widthAfter } from "../../shared/specs/fit-widths.ts";
import { parseSpecText, showSpec, type TrainForm } from "./train-form.ts";
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

function LayerSettings({
  layer,
  place,
  inputs,
  onChange,
}: {
  readonly layer: TrainLayerSpec;
  readonly place: string;
  /** Values that come in. */
  readonly inputs: number;
  readonly onChange: (layer: TrainLayerSpec) => void;
}) {
  if (isSimpleActivation(layer)) return null;
  switch (layer.type) {
    case "linear":
      return (
        <>
          <span className="mono">{layer.in} →</span>
          <LayerNumber
            label={`outputs of ${place}`}
            value={layer.out}
            onChange={(out) => onChange({ ...layer, out: Math.max(1, Math.round(out)) })}
          />
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
      return (
        <>
          <span>shift</span>
          <LayerNumber
            label={`shift of ${place}`}
            value={layer.shift}
            onChange={(shift) => onChange({ ...layer, shift })}
          />
        </>
      );
    case "leakyRelu":
      return (
        <>
          <span>slope</span>
          <LayerNumber
            label={`slope of ${place}`}
            value={layer.slope}
            onChange={(slope) => onChange({ ...layer, slope })}
          />
        </>
      );
    case "dropout":
      return (
        <>
          <span>rate</span>
          <LayerNumber
            label={`rate of ${place}`}
            value={layer.rate}
            onChange={(rate) => onChange({ ...layer, rate })}
          />
        </>
      );
    case "batchNorm":
      return (
        <>
          <span>momentum</span>
          <LayerNumber
            label={`momentum of ${place}`}
            value={layer.momentum}
            onChange={(momentum) => onChange({ ...layer, momentum })}
          />
        </>
      );
    case "own":
      return <OwnActivationSettings layer={layer} place={place} onChange={onChange} />;
    case "ownLayer":
      return <OwnLayerSettings layer={layer} place={place} inputs={inputs} onChange={onChange} />;
    case "residual":
      return (
        <span>
          x + f(x), f: {layer.layers.map((inner) => describe(inner)).join(", ")} (inner layers: as JSON)
        </span>
      );
    case "product":
      return <span>{describe(layer)} (inner layers: as JSON)</span>;
    case "layerNorm":
      return null;
  }
}

function describe(layer: TrainLayerSpec): string {
  if (layer.type === "linear") return `linear ${layer.in} → ${layer.out}`;
  if (layer.type !== "product") return KINDS[layer.type].title;
  const [left = "", right = ""] = branchesOf(layer).map((branch) => branch.map(describe).join(", "));
  return productText(left, right);
}

/** The network layer by layer: add, move, change, remove; and the whole training as JSON. */
export function ModelBuilder({ form }: { readonly form: TrainForm }) {
  const { choice, choose, spec, problem } = form;
  const [kind, setKind] = useState<string>("linear");
  useNotebookParts();
  const defined = [...useActivationOptions(), ...useLayerOptions()];
  const { layers } = choice;
  const dataset = knownDataset(useStore(datasetsStore), choice.data);
  const set = (next: readonly TrainLayerSpec[]): void => {
    choose({ layers: fitWidths(next, dataset?.features), preset: "own" });
  };
  const move = (from: number, to: number): void => {
    const next = [...layers];
    const [moved] = next.splice(from, 1);
    if (moved !== undefined) next.splice(to, 0, moved);
    set(next);
  };
  const fitting = dataset === undefined ? [] : outputsFor(choice.loss, endsOf(dataset));
  const outputs = fitting[0] ?? 1;
  const last = layers.findLastIndex(({ type }) => type === "linear");
  const width = widthAfter(layers, layers.length);
  return (
    <details className={own["builder"]}>
      <summary>
        <strong>Model</strong> <span className={own["quiet"]}>{modelSentence(form)}</span>
      </summary>
      <ol className={own["layers"]} aria-label="Layers">
        {layers.map((layer, index) => {
          const place = `layer ${index + 1}`;
          return (
            <li key={index}>
              <span className={own["layerName"]}>{KINDS[layer.type].title}</span>
              <LayerSettings
                layer={layer}
                place={place}
                inputs={widthAfter(layers, index)}
                onChange={(changed) => set(layers.map((one, i) => (i === index ? changed : one)))}
              />
              <span className={own["layerTools"]}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Move ${place} up`}
                  disabled={index === 0}
                  onClick={() => move(index, index - 1)}
                >
                  <ArrowUp size="0.875rem" aria-hidden="true" />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Move ${place} down`}
                  disabled={index === layers.length - 1}
                  onClick={() => move(index, index + 1)}
                >
                  <ArrowDown size="0.875rem" aria-hidden="true" />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${place}`}
                  disabled={layers.length === 1}
                  onClick={() => set(layers.filter((_, i) => i !== index))}
                >
                  <Trash2 size="0.875rem" aria-hidden="true" />
                </ActionIcon>
              </span>
              {layer.type === "ownLayer" && <OwnLayerBackward layer={layer} place={place} />}
            </li>
          );
        })}
      </ol>
      {problem !== "" && <p className={own["problem"]}>{problem}</p>}
      <div className={own["row"]}>
        <NativeSelect
          size="xs"
          aria-label="Kind of the new layer"
          value={kind}
          data={[
            ...Object.entries(KINDS).map(([value, { title }]) => ({ value, label: title })),
            ...(defined.length === 0
              ? []
              : [
                  {
                    group: "Of your notebooks",
                    items: defined.map(({ value, label }) => ({ value, label })),
                  },
                ]),
          ]}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size="0.875rem" aria-hidden="true" />}
          onClick={() => {
            // Before the last linear layer, which gives the network's outputs.
            const at = last < 0 ? layers.length : last;
            const own = defined.find(({ value }) => value === kind)?.spec;
            const made =
              own ??
              KINDS[kind in KINDS ? (kind as keyof typeof KINDS) : "linear"].make(widthAfter(layers, at));
            set([...layers.slice(0, at), made, ...layers.slice(at)]);
          }}
        >
          Add layer
        </Button>
        {fitting.length > 0 && !fitting.includes(width) && last >= 0 && (
          <Button
            variant="default"
            size="xs"
            onClick={() =>
              set(
                layers.map((one, i) =>
                  i === last && one.type === "linear" ? { ...one, out: outputs } : one,
                ),
              )
            }
          >
            Give the last layer {counted(outputs, "output")}
          </Button>
        )}
      </div>
      <WeightsFile spec={spec} />
      <SpecText text={spec === null ? null : JSON.stringify(spec, null, 2)} />
    </details>
  );
}

function modelSentence({ spec }: TrainForm): string {
  if (spec === null) return "not complete";
  const network = networkOf(spec);
  const parameters = parameterShapes(network)
    .filter(({ learned }) => learned)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const widths = flatLayers(network.layers).flatMap((layer) => (layer.type === "linear" ? [layer.out] : []));
  const shown = widths.length > 8 ? [...widths.slice(0, 3), "…", ...widths.slice(-2)] : widths;
  return `${endsOfLayers(spec.layers)?.inputs ?? "?"}-${shown.join("-")}, ${formatNumber(parameters)} parameters`;
}

/** The training as the command line takes it: to copy, and to paste. */
function SpecText({ text }: { readonly text: string | null }) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <details>
      <summary>
        As JSON, for <code>lab train</code> and for sharing
      </summary>
      <Textarea
        aria-label="Training as JSON"
        autosize
        minRows={6}
        maxRows={20}
        spellCheck={false}
        classNames={{ input: "mono" }}
        value={draft ?? text ?? ""}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <div className={own["row"]}>
        <Button
          variant="default"
          size="xs"
          disabled={draft === null}
          onClick={() => {
            try {
              showSpec(parseSpecText(draft ?? ""), "own");
              setDraft(null);
            } catch (error) {
              showFailure("The JSON was not taken", error);
            }
          }}
        >
          Take this JSON
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={text === null}
          onClick={() => void copyText("Spec", text ?? "")}
        >
          Copy
        </Button>
        {draft !== null && (
          <Button variant="subtle" color="gray" size="xs" onClick={() => setDraft(null)}>
            Discard changes
          </Button>
        )}
      </div>
    </details>
  );
}
