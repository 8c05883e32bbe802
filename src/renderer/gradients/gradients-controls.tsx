import { Button, Checkbox, Fieldset } from "@mantine/core";
import { FlaskConical, ShieldCheck } from "lucide-react";
import { SEEDED_BUGS, SEEDED_BUG_NAMES } from "../../core/network/seeded-bug.ts";
import { GRADIENT_REFERENCES, type GradcheckSettings } from "../../shared/experiments/gradcheck.ts";
import { formatForecast } from "../../shared/format/duration.ts";
import { formatBytes, formatNumber } from "../../shared/format/number.ts";
import { Choice } from "../network/choice.tsx";
import { NetworkFields } from "../network/network-fields.tsx";
import { startGradcheck } from "./gradcheck-actions.ts";
import { ControlPanel } from "../ui/control-panel.tsx";
import classes from "../ui/controls.module.css";
import { ExperimentActions } from "../ui/experiment-actions.tsx";
import { NumberField } from "../ui/number-field.tsx";
import { useBusyReason, useForecast } from "../ui/use-forecast.ts";
import { useGradientsForm } from "./gradients-form.ts";
import { withReference } from "./with-reference.ts";
import { REFERENCES } from "./reference-names.ts";
import own from "./gradients.module.css";

const BUGS = [
  { value: "none", label: "none" },
  ...SEEDED_BUG_NAMES.map((bug) => ({ value: bug, label: bug })),
] as const;
const TOLERANCES = [
  { value: "strict", label: "strict, by each tensor" },
  { value: "notebook", label: "allclose alone" },
] as const;
/** On all rows the gradient of the input is smallest, and hides best. */
const ALL_ROWS = 50_000;

export function GradientsControls() {
  const form = useGradientsForm();
  const { references, bug, tolerance, every, choose, network, numbers, settings } = form;
  const forecast = useForecast(window.lab.gradcheckForecast, settings);
  const busy = useBusyReason() !== undefined;
  return (
    <ControlPanel
      actions={
        <>
          <ExperimentActions
            command="check-gradients"
            label="Check gradients"
            icon={ShieldCheck}
            settings={settings}
            forecast={forecast}
            onStart={(chosen) => void startGradcheck(chosen)}
          >
            {({ bytes, seconds, parameters }) => (
              <p className={classes["forecast"]}>
                needs {formatBytes(bytes)} of memory,{" "}
                <span className={classes["unbroken"]}>{formatForecast(seconds)}</span>;{" "}
                {formatNumber(parameters)} parameters
              </p>
            )}
          </ExperimentActions>
          {references.length === 0 && <p className={classes["refusal"]}>Choose something to compare with.</p>}
          {tolerance === "notebook" && (
            <p className={own["warning"]}>
              The notebook’s tolerance passes an input gradient that is 8 % wrong: most of its entries are
              smaller than atol.{" "}
              <Button
                variant="subtle"
                size="compact-xs"
                leftSection={<FlaskConical size="0.875rem" aria-hidden="true" />}
                disabled={busy || settings === null}
                onClick={() => {
                  if (settings !== null) void startGradcheck(demonstration(settings));
                }}
              >
                Show me
              </Button>
            </p>
          )}
        </>
      }
    >
      <NetworkFields form={network} />
      <Fieldset legend="Compare with" className={classes["fieldset"] ?? ""}>
        {GRADIENT_REFERENCES.map((reference) => (
          <Checkbox
            key={reference}
            label={REFERENCES[reference].name}
            description={REFERENCES[reference].hint}
            classNames={{ description: own["hint"] ?? "" }}
            checked={references.includes(reference)}
            onChange={(event) =>
              choose({ references: withReference(references, reference, event.currentTarget.checked) })
            }
          />
        ))}
      </Fieldset>
      {references.includes("finite-difference") && (
        <>
          {!every && (
            <NumberField
              label="Coordinates"
              hint="a tensor, drawn by the seed, for central differences"
              field={numbers.fields.coordinates}
            />
          )}
          <Checkbox
            label="Every coordinate"
            checked={every}
            onChange={(event) => choose({ every: event.currentTarget.checked })}
          />
        </>
      )}
      <Choice
        label="Tolerance"
        value={tolerance}
        options={TOLERANCES}
        onChoose={(chosen) => choose({ tolerance: chosen })}
      />
      <Choice
        label="Bug on purpose"
        value={bug ?? "none"}
        options={BUGS}
        hint={bug === null ? "a check that catches a known mistake earns trust" : SEEDED_BUGS[bug]}
        onChoose={(chosen) => choose({ bug: chosen === "none" ? null : chosen })}
      />
    </ControlPanel>
  );
}

/** The notebook's own check of an input gradient that is 8 % wrong. */
const demonstration = (settings: GradcheckSettings): GradcheckSettings => ({
  ...settings,
  network: { ...settings.network, data: { name: "mnist", split: "train", rows: ALL_ROWS } },
  references: ["float64"],
  bug: "input-8-percent",
  tolerance: "notebook",
});
