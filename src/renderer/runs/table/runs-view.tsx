import { CompareView } from "../compare/compare-view.tsx";
import { useEffect, useRef } from "react";
import { useStore } from "../../store/create-store.ts";
import { askedQueryStore, useRunsPage } from "../../store/open-run.ts";
import { keepFocusInView } from "../../ui/focus-view.ts";
import { RunPage } from "../page/run-page.tsx";
import { RunsList } from "./runs-list.tsx";
import { changeTableView } from "./table-view.ts";

export function RunsView() {
  const page = useRunsPage();
  const query = useStore(askedQueryStore);
  useEffect(() => {
    if (query === null) return;
    askedQueryStore.set(null);
    changeTableView({ query, scope: "active", groupBy: null });
  }, [query]);
  const before = useRef(page);
  useEffect(() => {
    if (before.current !== page) keepFocusInView();
    before.current = page;
  }, [page]);
  switch (page.kind) {
    case "table":
      return <RunsList />;
    case "run":
      return <RunPage key={page.runId} runId={page.runId} />;
    case "comparison":
      return <CompareView key={page.runIds.join(" ")} runIds={page.runIds} />;
  }
}
