import { NativeSelect } from "@mantine/core";
import type { OwnActivationLayer } from "../../shared/live/notebook-part.ts";
import { optionOf, useActivationOptions } from "../network/notebook-parts.ts";
import { LayerText } from "./layer-inputs.tsx";
import own from "./train-view.module.css";

/** A formula that is written here comes from no notebook. */
const BY_HAND = "";

/** Name and formulas of an activation of one's own, or a notebook's; without a backward it is derived. */
export function OwnActivationSettings({
  layer,
  place,
  onChange,
}: {
  readonly layer: OwnActivationLayer;
  readonly place: string;
  readonly onChange: (layer: OwnActivationLayer) => void;
}) {
  const defined = useActivationOptions();
  const { origin, ...written } = layer;
  const chosen = origin === undefined ? undefined : optionOf(defined, layer);
  return (
    <>
      {(defined.length > 0 || origin !== undefined) && (
        <NativeSelect
          size="xs"
          aria-label={`definition of ${place}`}
          className={own["layerOrigin"] ?? ""}
          value={chosen?.value ?? (origin === undefined ? BY_HAND : "gone")}
          data={[
            { value: BY_HAND, label: "the formula here" },
            ...defined.map(({ value, label }) => ({ value, label })),
            ...(origin !== undefined && chosen === undefined
              ? [{ value: "gone", label: `of ${origin.notebook}, as it was then` }]
              : []),
          ]}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value === BY_HAND) onChange(written);
            const option = defined.find((one) => one.value === value);
            if (option !== undefined) onChange(option.spec);
          }}
        />
      )}
      <LayerText
        label={`name of ${place}`}
        value={layer.name}
        className="layerNumber"
        onChange={(name) => onChange({ ...written, name })}
      />
      <LayerText
        label={`forward of ${place}`}
        value={layer.forward}
        className="layerFormula"
        onChange={(forward) => onChange({ ...written, forward })}
      />
      <LayerText
        label={`backward of ${place}`}
        value={layer.backward ?? ""}
        placeholder="dz: derived; or dy * …"
        className="layerFormula"
        onChange={(backward) => {
          const { backward: _before, ...rest } = written;
          onChange(backward.trim() === "" ? rest : { ...rest, backward });
        }}
      />
    </>
  );
}
