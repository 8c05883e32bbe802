import { RunPage } from "./run-page.tsx";
import { RunsList } from "./runs-list.tsx";
import { useOpenedRun } from "./open-run.ts";

export function RunsView() {
  const opened = useOpenedRun();
  return opened === null ? <RunsList /> : <RunPage key={opened} runId={opened} />;
}
