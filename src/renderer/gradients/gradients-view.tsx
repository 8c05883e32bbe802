import { Button } from "@mantine/core";
import { ShieldCheck } from "lucide-react";
import { startGradcheck } from "./gradcheck-actions.ts";
import { gradcheckStore } from "./gradcheck-store.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { Formula } from "../ui/formula.tsx";
import { NoResultYet } from "../ui/notices.tsx";
import { ViewLayout } from "../ui/view-layout.tsx";
import { GradientsControls } from "./gradients-controls.tsx";
import { useGradientsForm } from "./gradients-form.ts";
import { GradientsHistory } from "./gradients-history.tsx";
import { GradientsResults } from "./gradients-results.tsx";
import own from "./gradients.module.css";

export function GradientsView() {
  const shown = useStore(gradcheckStore, (state) => state.shown);
  const running = useStore(
    labStore,
    ({ activity }) => activity?.kind === "gradcheck" && activity.runId === shown?.runId,
  );
  return (
    <ViewLayout controls={<GradientsControls />} controlsLabel="Gradient check settings">
      {shown === null ? (
        <NothingChecked />
      ) : (
        <GradientsResults key={shown.runId} shown={shown} running={running} />
      )}
      <GradientsHistory shownId={shown?.runId ?? null} />
      <Explanation />
    </ViewLayout>
  );
}

function NothingChecked() {
  const { settings } = useGradientsForm();
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  return (
    <NoResultYet
      action={
        <Button
          leftSection={<ShieldCheck size="1rem" aria-hidden="true" />}
          disabled={busy || settings === null}
          onClick={() => {
            if (settings !== null) void startGradcheck(settings);
          }}
        >
          Check the gradients
        </Button>
      }
    >
      Nothing was checked yet: the gradients of a network, computed by the engine in float32, are compared
      with references that know nothing of it.
    </NoResultYet>
  );
}

/** What the columns mean, and why the notebook's own check is not enough. */
function Explanation() {
  return (
    <section className={own["explanation"]} aria-label="How gradients are judged">
      <h2>How gradients are judged</h2>
      <p>
        A gradient passes when no coordinate lies outside the notebook’s tolerance, and when it is right
        relative to its own size: the largest error against the largest value, and the error’s norm against
        the reference’s, both at most 0.001.
      </p>
      <Formula
        source={String.raw`|a_i-b_i|\le 10^{-5}+10^{-3}|b_i|,\quad \frac{\max|a-b|}{\max|b|}\le 10^{-3},\quad \frac{\lVert a-b\rVert}{\lVert b\rVert}\le 10^{-3}`}
      />
      <details>
        <summary>Why is allclose alone not enough?</summary>
        <p>
          On 50,000 rows three quarters of the gradient of the input are smaller than 0.00001, the absolute
          tolerance: there allclose hardly looks. An input gradient that is 8 % wrong passes. “Hidden by atol”
          says how large that share is.
        </p>
      </details>
      <details>
        <summary>What are central differences, and what is a kink?</summary>
        <p>
          The loss is computed a small step above and below, and the difference divided by the width: nothing
          but the definition of a derivative, in double precision. A relu has a kink at 0. Where the step
          moves a pre-activation across it, the difference is no derivative; the step is then made a thousand
          times smaller, and a coordinate that still crosses is left out and counted.
        </p>
        <Formula
          source={String.raw`\frac{\partial L}{\partial w}\approx\frac{L(w+h)-L(w-h)}{2h},\quad h=10^{-5}\max(1,|w|)`}
        />
      </details>
    </section>
  );
}
