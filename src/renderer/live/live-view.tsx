import { SegmentedControl } from "@mantine/core";
import { memo, useState } from "react";
import { useDropOffer } from "../exchange/dropped.ts";
import { useStore } from "../store/create-store.ts";
import { ViewLayout } from "../ui/view-layout.tsx";
import { CoursePage } from "./course/course-page.tsx";
import { courseShownStore } from "./course/course-store.ts";
import { ConflictDialog } from "./dialogs/conflict-dialog.tsx";
import { RenameDialog, RunQuestionDialog } from "./dialogs/question-dialogs.tsx";
import { VersionsDialog } from "./dialogs/versions-dialog.tsx";
import { openingStore, openStore } from "./document/open-notebook.ts";
import { importFiles } from "./library/library-store.ts";
import { LessonDialog } from "./lesson/lesson-dialog.tsx";
import { LibraryPanel } from "./library/library-panel.tsx";
import { NotebookPane } from "./panes/notebook-pane.tsx";
import { OutlinePanel } from "./panes/outline-panel.tsx";
import { VariablesPanel } from "./panes/variables-panel.tsx";
import "./editor/tokens.css";
import classes from "./panes/panes.module.css";

const PANELS = [
  { value: "library", label: "Notebooks" },
  { value: "outline", label: "Outline" },
  { value: "variables", label: "Variables" },
] as const;
type Panel = (typeof PANELS)[number]["value"];

/** Notebooks: the library, the open one, and what its sandbox holds. The first is the one that comes with the app. */
export function LiveView() {
  const hasNotebook = useStore(openStore, (open) => open !== null);
  useDropOffer("notebooks", ({ files }) => void importFiles(files));
  return (
    <>
      <ViewLayout
        controls={<SidePanel hasNotebook={hasNotebook} />}
        controlsLabel="Notebooks, outline and variables"
      >
        <OpenedPane />
      </ViewLayout>
      <RunQuestionDialog />
      <RenameDialog />
      <VersionsDialog />
      <ConflictDialog />
      <LessonDialog />
    </>
  );
}

/** What is open; only this is drawn again with every key. */
function OpenedPane() {
  const open = useStore(openStore);
  const opening = useStore(openingStore);
  const courseShown = useStore(courseShownStore);
  if (courseShown) return <CoursePage />;
  if (open !== null) return <NotebookPane key={open.entry.id} open={open} />;
  return (
    <p className={classes["start"]}>
      {opening === null
        ? "Write your own forward and backward pass, and let the lab check every gradient. Make a new notebook, or open one or a lesson at the left; files can be dropped here."
        : "Opening the notebook…"}
    </p>
  );
}

/** It stands beside what is typed, and is not drawn again with it. */
const SidePanel = memo(function SidePanel({ hasNotebook }: { readonly hasNotebook: boolean }) {
  const [panel, setPanel] = useState<Panel>("library");
  const shown = hasNotebook ? panel : "library";
  return (
    <div className={classes["side"]}>
      {hasNotebook && (
        <SegmentedControl
          aria-label="What is shown beside the notebook"
          fullWidth
          value={panel}
          onChange={(value) => setPanel(PANELS.find((one) => one.value === value)?.value ?? "library")}
          data={PANELS.map((one) => ({ ...one }))}
        />
      )}
      {shown === "library" && <LibraryPanel />}
      {shown === "outline" && <OutlinePanel />}
      {shown === "variables" && <VariablesPanel />}
    </div>
  );
});
