import { SegmentedControl } from "@mantine/core";
import { Activity, useState } from "react";
import { showNotebooks, useShownNotebooks } from "./shown-notebooks.ts";
import { LiveView } from "../live/live-view.tsx";
import { NotebookView } from "../notebook/notebook-view.tsx";
import classes from "./frame.module.css";

/** The notebook that comes with the app, and those that people write. */
export function NotebookViews() {
  const shown = useShownNotebooks();
  const [visited, setVisited] = useState(false);
  if (shown === "live" && !visited) setVisited(true);
  return (
    <div className={classes["notebooks"]}>
      <SegmentedControl
        aria-label="Which notebooks"
        value={shown}
        onChange={(value) => showNotebooks(value === "live" ? "live" : "seed")}
        data={[
          { value: "seed", label: "Backpropagation from scratch" },
          { value: "live", label: "Your notebooks" },
        ]}
      />
      <div className={classes["notebookPane"]}>
        <Activity mode={shown === "seed" ? "visible" : "hidden"}>
          <NotebookView />
        </Activity>
        {visited && (
          <Activity mode={shown === "live" ? "visible" : "hidden"}>
            <LiveView />
          </Activity>
        )}
      </div>
    </div>
  );
}
