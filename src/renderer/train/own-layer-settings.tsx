import { NativeSelect } from "@mantine/core";
import type { OwnComposedLayer } from "../../shared/live/notebook-part.ts";
import { composedText, openLayer } from "../../shared/specs/open-layers.ts";
import { CodeDisclosure } from "../ui/code-disclosure.tsx";
import { SCHEMES } from "../network/network-form.ts";
import { optionOf, useLayerOptions } from "../network/notebook-parts.ts";
import own from "./train-view.module.css";

/** Where a layer of one's own comes from, what it is made of, and how it is drawn. */
export function OwnLayerSettings({
  layer,
  place,
  inputs,
  onChange,
}: {
  readonly layer: OwnComposedLayer;
  readonly place: string;
  /** Values that come in. */
  readonly inputs: number;
  readonly onChange: (layer: OwnComposedLayer) => void;
}) {
  const defined = useLayerOptions();
  const chosen = optionOf(defined, layer);
  const { origin, name, init } = layer;
  return (
    <>
      <span className="mono">
        {inputs} → {openLayer(layer, inputs).outputs}
      </span>
      {(defined.length > 0 || origin !== undefined) && (
        <NativeSelect
          size="xs"
          aria-label={`definition of ${place}`}
          className={own["layerOrigin"] ?? ""}
          value={chosen?.value ?? "gone"}
          data={[
            ...defined.map(({ value, label }) => ({ value, label })),
            ...(chosen === undefined
              ? [
                  {
                    value: "gone",
                    label:
                      origin === undefined
                        ? `${name}, as the JSON says`
                        : `${name}, of ${origin.notebook}, as it was then`,
                  },
                ]
              : []),
          ]}
          onChange={(event) => {
            const option = defined.find(({ value }) => value === event.currentTarget.value);
            if (option !== undefined) onChange({ ...option.spec, init });
          }}
        />
      )}
      <NativeSelect
        size="xs"
        aria-label={`initialisation of ${place}`}
        value={init}
        data={SCHEMES.map((scheme) => ({ ...scheme }))}
        onChange={(event) => onChange({ ...layer, init: event.currentTarget.value as typeof init })}
      />
      <span>{composedText(layer.layers)}</span>
    </>
  );
}

/** The lines of a backward written by hand. */
export function OwnLayerBackward({
  layer,
  place,
}: {
  readonly layer: OwnComposedLayer;
  readonly place: string;
}) {
  if (layer.backward === undefined) return null;
  return (
    <div className={own["layerCode"]}>
      <CodeDisclosure
        name={`backward of ${place}`}
        code={layer.backward.join("\n")}
        source="its gradients, in place of the lab’s"
      />
    </div>
  );
}
