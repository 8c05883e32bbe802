import { Button } from "@mantine/core";
import { Timer, X } from "lucide-react";
import { useState } from "react";
import * as v from "valibot";
import type { Activity } from "../../shared/ipc/ipc-contract.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import {
  STEP_CASES,
  STEP_OPTIMISERS,
  stepCaseSpec,
  type StepCase,
  type StepOptimiser,
} from "../../shared/specs/step-cases.ts";
import { trainSpecSchema, type TrainSpec } from "../../shared/specs/train-spec.ts";
import { Choice } from "../network/choice.tsx";
import { useStore } from "../store/create-store.ts";
import { cancelActivity, labStore } from "../store/lab-store.ts";
import { openRun } from "../store/open-run.ts";
import { useBusyReason } from "../ui/use-forecast.ts";
import { StepProfileResult } from "./step-profile-result.tsx";
import { profileStore, startProfile } from "./step-profile-store.ts";
import classes from "./diagnostics.module.css";

const LAST_TRAINING = "last-training";
type Chosen = StepCase | typeof LAST_TRAINING;

/** The training that was started last and can be trained again, or null. */
function lastTraining(
  runs: readonly RunSummary[] | null,
): { readonly name: string; readonly spec: TrainSpec } | null {
  const run = runs?.find(({ kind }) => kind === "training");
  const text = run?.config["spec"];
  if (run === undefined || typeof text !== "string") return null;
  const spec = v.safeParse(v.pipe(v.string(), v.parseJson(), trainSpecSchema), text);
  return spec.success ? { name: run.name, spec: spec.output } : null;
}

/** "steps without clocks, 55 %". */
const progressOf = ({ phase, fraction, cancelling }: Activity): string =>
  cancelling
    ? "cancelling…"
    : `${phase === "" ? "drawing the network" : phase}${fraction === null ? "" : `, ${Math.floor(100 * fraction)} %`}`;

/** Measures where the time of a training step goes, and shows what was measured last. */
export function StepProfilePart() {
  const runs = useStore(labStore, (state) => state.runs);
  const threads = useStore(labStore, (state) => state.threads) ?? 1;
  const activity = useStore(labStore, (state) => state.activity);
  const shown = useStore(profileStore);
  const [chosen, setChosen] = useState<Chosen>("64-small");
  const [optimiser, setOptimiser] = useState<StepOptimiser>("sgd");
  const busy = useBusyReason();
  const last = lastTraining(runs);
  const ofLast = chosen === LAST_TRAINING ? last : null;
  const spec = ofLast?.spec ?? stepCaseSpec(chosen === LAST_TRAINING ? STEP_CASES[0].id : chosen, optimiser);
  const measuring = activity?.kind === "profile";
  return (
    <section className={classes["tuning"]} aria-label="Where a training step's time goes">
      <div className={classes["tuningHead"]}>
        <h2>Where a training step’s time goes</h2>
        {shown !== null && (
          <Button variant="subtle" onClick={() => openRun(shown.runId)}>
            Open the run
          </Button>
        )}
      </div>
      <div className={classes["profileTools"]}>
        <Choice<Chosen>
          label="Step"
          value={chosen}
          options={[
            ...STEP_CASES.map(({ id, title }) => ({ value: id, label: title })),
            // Its name may be longer than there is room for.
            ...(last === null ? [] : [{ value: LAST_TRAINING, label: "Last training" } as const]),
          ]}
          onChoose={setChosen}
        />
        {ofLast === null && (
          <Choice<StepOptimiser>
            label="Optimiser"
            value={optimiser}
            options={(Object.keys(STEP_OPTIMISERS) as StepOptimiser[]).map((value) => ({
              value,
              label: STEP_OPTIMISERS[value],
            }))}
            onChoose={setOptimiser}
          />
        )}
        <Button
          data-action="profile-step"
          leftSection={<Timer size="1rem" aria-hidden="true" />}
          disabled={busy !== undefined}
          title={busy}
          onClick={() => void startProfile(spec, threads)}
        >
          Measure
        </Button>
        {measuring && (
          <Button
            variant="default"
            leftSection={<X size="1rem" aria-hidden="true" />}
            onClick={() => void cancelActivity()}
          >
            Cancel
          </Button>
        )}
        <p className={classes["tuningNote"]}>
          {measuring
            ? progressOf(activity)
            : `Some seconds of training on its data${ofLast === null ? "" : ` (${ofLast.name})`}; leaves a run.`}
        </p>
      </div>
      {shown !== null && <StepProfileResult profile={shown.report.profile} />}
    </section>
  );
}
