import {
  Activity,
  ChartNoAxesColumnIncreasing,
  FlaskConical,
  History,
  Layers,
  NotebookText,
  Settings2,
  ShieldCheck,
  Sprout,
  StepBack,
  type LucideIcon,
} from "lucide-react";
import { createStore, useStore } from "../store/create-store.ts";

export type ViewId =
  | "notebook"
  | "ladder"
  | "initialise"
  | "stages"
  | "backward"
  | "gradients"
  | "train"
  | "runs"
  | "diagnostics"
  | "settings";

export interface ViewEntry {
  readonly id: ViewId;
  readonly label: string;
  readonly icon: LucideIcon;
}

/** In the order of the navigation; the first nine answer to Ctrl/⌘ and their number, Settings to Ctrl/⌘ and a comma. */
export const VIEWS: readonly ViewEntry[] = [
  { id: "notebook", label: "Notebook", icon: NotebookText },
  { id: "ladder", label: "Ladder", icon: ChartNoAxesColumnIncreasing },
  { id: "initialise", label: "Initialise", icon: Sprout },
  { id: "stages", label: "Stages", icon: Layers },
  { id: "backward", label: "Backward", icon: StepBack },
  { id: "gradients", label: "Gradients", icon: ShieldCheck },
  { id: "train", label: "Train", icon: FlaskConical },
  { id: "runs", label: "Runs", icon: History },
  { id: "diagnostics", label: "Diagnostics", icon: Activity },
  { id: "settings", label: "Settings", icon: Settings2 },
];

const shownView = createStore<ViewId>("notebook");

export function showView(id: ViewId): void {
  shownView.set(id);
}

export const shownViewId = (): ViewId => shownView.get();

export function useShownView(): ViewId {
  return useStore(shownView);
}
