import { Fragment } from "react";
import { useStore } from "../store/create-store.ts";
import { labStore, loadLab } from "../store/lab-store.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import { PlainLayout, ViewLayout } from "../ui/view-layout.tsx";
import { CellCard } from "./cell-card.tsx";
import { ComparisonCard } from "./comparison-card.tsx";
import { COMPARISONS } from "./comparisons.ts";
import { NotebookControls } from "./notebook-controls.tsx";
import { SummaryStrip } from "./summary-strip.tsx";
import classes from "./notebook-view.module.css";

export function NotebookView() {
  const cells = useStore(labStore, (state) => state.cells);
  const failure = useStore(labStore, (state) => state.loadFailure);
  if (failure !== null) {
    return (
      <PlainLayout>
        <ErrorNotice
          title="The notebook could not be opened"
          error={failure}
          onRetry={() => void loadLab()}
        />
      </PlainLayout>
    );
  }
  if (cells === null) {
    return (
      <PlainLayout>
        <p className={classes["opening"]}>Opening the notebook…</p>
      </PlainLayout>
    );
  }
  return (
    <ViewLayout controls={<NotebookControls cells={cells} />} controlsLabel="Settings and cells">
      <SummaryStrip cells={cells} />
      {cells.map((cell) => (
        <Fragment key={cell.id}>
          {cell.part !== null && <h2 className={classes["part"]}>{cell.part}</h2>}
          <CellCard cell={cell} />
          {COMPARISONS.filter((comparison) => comparison.cells.at(-1) === cell.id).map((comparison) => (
            <ComparisonCard key={comparison.kind} comparison={comparison} />
          ))}
        </Fragment>
      ))}
    </ViewLayout>
  );
}
