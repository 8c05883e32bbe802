import { CompareView } from "../compare/compare-view.tsx";
import { useRunsPage } from "../../store/open-run.ts";
import { RunPage } from "../page/run-page.tsx";
import { RunsList } from "./runs-list.tsx";

export function RunsView() {
  const page = useRunsPage();
  switch (page.kind) {
    case "table":
      return <RunsList />;
    case "run":
      return <RunPage key={page.runId} runId={page.runId} />;
    case "comparison":
      return <CompareView key={page.runIds.join(" ")} runIds={page.runIds} />;
  }
}
