import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { counted } from "../../core/counted.ts";
import { flatLayers, parameterShapes } from "../../core/network/network.ts";
import type { TrainLayerSpec } from "../../shared/specs/layer-spec.ts";
import { endsOf, endsOfLayers, networkOf, outputsFor } from "../../shared/specs/network-spec.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { useNotebookParts } from "../network/notebook-parts.ts";
import { showFailure } from "../store/lab-store.ts";
import { useStore } from "../store/create-store.ts";
import { datasetsStore, knownDataset } from "../store/datasets-store.ts";
import { LazyDetails } from "../ui/lazy-details.tsx";
import { AddLayer, LayerList } from "./layer-list.tsx";
import { WeightsFile } from "./weights-file.tsx";
import { copyText } from "../store/save.ts";
import { fitWidths, widthAfter } from "../../shared/specs/fit-widths.ts";
import { parseSpecText, showSpec, type TrainForm } from "./train-form.ts";
import own from "./train-view.module.css";

/** The network layer by layer: add, move, change, remove; and the whole training as JSON. */
export function ModelBuilder({ form }: { readonly form: TrainForm }) {
  const { choice, choose, spec, problem } = form;
  useNotebookParts();
  const { layers } = choice;
  const dataset = knownDataset(useStore(datasetsStore), choice.data);
  const set = (next: readonly TrainLayerSpec[]): void => {
    choose({ layers: fitWidths(next, dataset?.features), preset: "own" });
  };
  const fitting = dataset === undefined ? [] : outputsFor(choice.loss, endsOf(dataset));
  const outputs = fitting[0] ?? 1;
  const last = layers.findLastIndex(({ type }) => type === "linear");
  const width = widthAfter(layers, layers.length);
  return (
    <LazyDetails
      className={own["builder"]}
      summary={
        <>
          <strong>Model</strong> <span className={own["quiet"]}>{modelSentence(form)}</span>
        </>
      }
      always={
        <>
          <WeightsFile spec={spec} />
          <SpecText text={spec === null ? null : JSON.stringify(spec, null, 2)} />
        </>
      }
    >
      <LayerList
        name="Layers"
        place={(index) => `layer ${index + 1}`}
        layers={layers}
        inputs={widthAfter(layers, 0)}
        fewest={1}
        endGiven={false}
        onChange={set}
      />
      {problem !== "" && <p className={own["problem"]}>{problem}</p>}
      <AddLayer
        label="Kind of the new layer"
        button="Add layer"
        fits={() => true}
        make={(spec) => {
          // Before the last linear layer, which gives the network's outputs.
          const at = last < 0 ? layers.length : last;
          set([...layers.slice(0, at), spec(widthAfter(layers, at)), ...layers.slice(at)]);
        }}
      >
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
      </AddLayer>
    </LazyDetails>
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
    <LazyDetails
      summary={
        <>
          As JSON, for <code>lab train</code> and for sharing
        </>
      }
    >
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
    </LazyDetails>
  );
}
