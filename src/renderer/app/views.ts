import {
  Activity,
  ChartNoAxesColumnIncreasing,
  Database,
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
import type { Activity as Work } from "../../shared/ipc/ipc-contract.ts";
import { createStore, useStore } from "../store/create-store.ts";

/** What a button of a view starts; it says by `data-action` which of these it is. */
interface ViewButton {
  readonly id: string;
  readonly label: string;
  /** Ctrl+Enter in the view does it. */
  readonly primary?: true;
}

interface ViewRow {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** The work that is shown there, and what it is called. */
  readonly work: { readonly kinds: readonly Work["kind"][]; readonly name: string } | null;
  readonly buttons: readonly ViewButton[];
}

const ROWS = [
  {
    id: "notebook",
    label: "Notebook",
    icon: NotebookText,
    work: { kinds: ["notebook"], name: "the notebook" },
    buttons: [{ id: "run-all", label: "Run all cells of the notebook", primary: true }],
  },
  {
    id: "ladder",
    label: "Ladder",
    icon: ChartNoAxesColumnIncreasing,
    work: { kinds: ["ladder"], name: "the ladder" },
    buttons: [{ id: "run-ladder", label: "Run ladder", primary: true }],
  },
  {
    id: "initialise",
    label: "Initialise",
    icon: Sprout,
    work: { kinds: ["init"], name: "the initialisation" },
    buttons: [{ id: "save-initialisation", label: "Save the initialisation as a run", primary: true }],
  },
  {
    id: "stages",
    label: "Stages",
    icon: Layers,
    work: { kinds: ["stages"], name: "the stages" },
    buttons: [{ id: "run-stages", label: "Run stages", primary: true }],
  },
  {
    id: "backward",
    label: "Backward",
    icon: StepBack,
    work: { kinds: ["stepper"], name: "the backward pass" },
    buttons: [{ id: "trace", label: "Trace the backward pass", primary: true }],
  },
  {
    id: "gradients",
    label: "Gradients",
    icon: ShieldCheck,
    work: { kinds: ["gradcheck"], name: "the gradient check" },
    buttons: [{ id: "check-gradients", label: "Check gradients", primary: true }],
  },
  {
    id: "train",
    label: "Train",
    icon: FlaskConical,
    work: { kinds: ["training", "lrsearch"], name: "the training" },
    buttons: [
      { id: "start-training", label: "Start training", primary: true },
      { id: "queue-training", label: "Add the training to the queue" },
      { id: "find-lr", label: "Find a learning rate" },
      { id: "overfit", label: "Overfit 20 rows" },
      { id: "export-training", label: "Export the training to Python or ONNX" },
    ],
  },
  {
    id: "runs",
    label: "Runs",
    icon: History,
    work: { kinds: ["import", "compacting", "exporting", "imported"], name: "the runs" },
    buttons: [],
  },
  {
    id: "data",
    label: "Data",
    icon: Database,
    work: { kinds: ["data"], name: "the data" },
    buttons: [],
  },
  {
    id: "diagnostics",
    label: "Diagnostics",
    icon: Activity,
    work: { kinds: ["tuning", "profile"], name: "the diagnostics" },
    buttons: [{ id: "profile-step", label: "Measure where a training step's time goes", primary: true }],
  },
  { id: "settings", label: "Settings", icon: Settings2, work: null, buttons: [] },
] as const satisfies readonly ViewRow[];

type Row = (typeof ROWS)[number];
export type ViewId = Row["id"];
/** Kinds of work that a view shows: all there are, else `viewOfWork` does not compile where it is asked. */
type ShownWork = NonNullable<Row["work"]>["kinds"][number];

export type ViewButtonId = Row["buttons"][number]["id"];

export interface ViewEntry extends ViewRow {
  readonly id: ViewId;
  readonly buttons: readonly (ViewButton & { readonly id: ViewButtonId })[];
}

/** In the order of the navigation, which is that of the numbers in `COMMAND_KEYS`. */
export const VIEWS: readonly ViewEntry[] = ROWS;

/** The view that shows a kind of work. */
export function viewOfWork(kind: ShownWork): ViewEntry | undefined {
  return VIEWS.find(({ work }) => work?.kinds.includes(kind) === true);
}

export const shownViewStore = createStore<ViewId>("notebook");

export function showView(id: ViewId): void {
  shownViewStore.set(id);
}

export const shownViewId = (): ViewId => shownViewStore.get();

export function useShownView(): ViewId {
  return useStore(shownViewStore);
}
