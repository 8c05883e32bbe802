import { Button } from "@mantine/core";
import { changePreferences, TOUR_ENDED, usePreferences } from "../preferences/preferences.ts";
import { shortcutText } from "../ui/shortcut.ts";
import { showView, type ViewId } from "./views.ts";
import classes from "./frame.module.css";

interface Step {
  readonly view: ViewId;
  readonly title: string;
  readonly text: string;
}

const STEPS: readonly Step[] = [
  {
    view: "notebook",
    title: "Run the notebook, then make it yours.",
    text: "From three plain loops to a backward pass over 50,000 MNIST images: every gradient is checked, and every number stands beside the original's. Make a copy, break it, and see the mistake named.",
  },
  {
    view: "train",
    title: "Train, and look inside.",
    text: "Choose a preset or build a network; activations, gradients and updates of every layer are drawn while it learns. Then draw a digit.",
  },
  {
    view: "runs",
    title: "Nothing is lost.",
    text: `Every run is kept here: find it, compare it, export it. ${shortcutText({ key: "k", mod: true })} finds every command, ? shows the keys.`,
  },
];

/** Three sentences for the first start, above the view they are about; gone for good once ended or skipped. */
export function Tour() {
  const { tour } = usePreferences();
  const step = STEPS[tour];
  if (step === undefined) return null;
  const next = STEPS[tour + 1];
  return (
    <section className={classes["tour"]} aria-label="Tour">
      <span className={classes["tourStep"]}>
        {tour + 1} of {STEPS.length}
      </span>
      <p>
        <strong>{step.title}</strong> {step.text}
      </p>
      {next !== undefined && (
        <Button variant="subtle" size="xs" onClick={() => changePreferences({ tour: TOUR_ENDED })}>
          Skip the tour
        </Button>
      )}
      <Button variant="default" size="xs" onClick={() => goTo(next === undefined ? TOUR_ENDED : tour + 1)}>
        {next === undefined ? "Done" : "Next"}
      </Button>
    </section>
  );
}

function goTo(tour: number): void {
  const step = STEPS[tour];
  if (step !== undefined) showView(step.view);
  changePreferences({ tour });
}

/** From the beginning, whether it was seen or not. */
export const startTour = (): void => goTo(0);
