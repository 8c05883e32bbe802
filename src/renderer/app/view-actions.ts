import { showFailure } from "../store/lab-store.ts";
import { shownViewId, showView, VIEWS, type ViewButtonId, type ViewId } from "./views.ts";

export interface ViewAction {
  readonly id: ViewButtonId;
  readonly label: string;
  readonly view: ViewId;
  /** What Ctrl+Enter does there. */
  readonly primary: boolean;
}

/** What each view's buttons start: a command presses the button, so that what the form allows is known in one place. */
export const VIEW_ACTIONS: readonly ViewAction[] = VIEWS.flatMap(({ id: view, buttons }) =>
  buttons.map(({ id, label, primary = false }) => ({ id, label, view, primary })),
);

/** A view that is opened for the first time has its code and its buttons after some frames. */
const MOST_FRAMES = 300;

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

/** What the shown view is for; undefined where it starts nothing. */
export const primaryAction = (): ViewAction | undefined =>
  VIEW_ACTIONS.find(({ view, primary }) => primary && view === shownViewId());
