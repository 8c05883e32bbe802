import { showFailure } from "../store/lab-store.ts";
import { shownViewId, showView, type ViewId } from "./views.ts";

export interface ViewAction {
  readonly id: string;
  readonly label: string;
  readonly view: ViewId;
  /** What Ctrl+Enter does there. */
  readonly primary: boolean;
}

/**
 * What each view's buttons start. A button says by `data-action` which of these it is: a command presses it, so that what
 * the form allows is known in one place.
 */
export const VIEW_ACTIONS: readonly ViewAction[] = [
  { id: "run-all", label: "Run all cells", view: "notebook", primary: true },
  { id: "run-ladder", label: "Run ladder", view: "ladder", primary: true },
  { id: "save-initialisation", label: "Save the initialisation as a run", view: "initialise", primary: true },
  { id: "run-stages", label: "Run stages", view: "stages", primary: true },
  { id: "trace", label: "Trace the backward pass", view: "backward", primary: true },
  { id: "check-gradients", label: "Check gradients", view: "gradients", primary: true },
  { id: "start-training", label: "Start training", view: "train", primary: true },
  { id: "queue-training", label: "Add the training to the queue", view: "train", primary: false },
  { id: "find-lr", label: "Find a learning rate", view: "train", primary: false },
  { id: "overfit", label: "Overfit 20 rows", view: "train", primary: false },
];

/** A view that is opened for the first time has its buttons after some frames. */
const MOST_FRAMES = 60;

/** Shows the action's view and presses its button, or says why that cannot be pressed now. */
export function startAction({ id, label, view }: ViewAction): void {
  showView(view);
  const press = (framesLeft: number): void => {
    const button = document.querySelector<HTMLButtonElement>(`button[data-action="${id}"]`);
    if (button === null && framesLeft > 0) {
      requestAnimationFrame(() => press(framesLeft - 1));
    } else if (button?.disabled === false) button.click();
    else {
      const why = button?.title ?? "";
      showFailure(
        `"${label}" was not started`,
        new Error(why === "" ? "a setting is not valid; the controls of the view say which" : why),
      );
    }
  };
  requestAnimationFrame(() => press(MOST_FRAMES));
}

/** What the shown view is for. */
export function startPrimaryAction(): void {
  const action = VIEW_ACTIONS.find(({ view, primary }) => primary && view === shownViewId());
  if (action !== undefined) startAction(action);
}
