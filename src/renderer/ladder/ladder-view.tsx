import { Button } from "@mantine/core";
import { Play } from "lucide-react";
import { LADDER_PRESETS } from "../../shared/experiments/ladder.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { loadLadder, startLadder } from "./ladder-actions.ts";
import { ladderStore } from "./ladder-store.ts";
import { ErrorNotice, NoResultYet } from "../ui/notices.tsx";
import { ViewLayout } from "../ui/view-layout.tsx";
import { LadderControls } from "./ladder-controls.tsx";
import { useLadderForm } from "./ladder-form.ts";
import { ClimbedLadder } from "./climbed-ladder.tsx";
import { RungCards } from "./rung-cards.tsx";

export function LadderView() {
  const rungs = useStore(ladderStore, (state) => state.rungs);
  const failure = useStore(ladderStore, (state) => state.failure);
  const shown = useStore(ladderStore, (state) => state.shown);
  return (
    <ViewLayout controls={<LadderControls />} controlsLabel="Ladder settings">
      {failure !== null && (
        <ErrorNotice
          title="The ladder could not be opened"
          error={failure}
          onRetry={() => void loadLadder()}
        />
      )}
      {shown === null ? <NothingRun /> : <ClimbedLadder key={shown.runId} shown={shown} />}
      {rungs !== null && shown === null && <UnclimbedRungs />}
    </ViewLayout>
  );
}

function NothingRun() {
  const { settings } = useLadderForm();
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  return (
    <NoResultYet
      action={
        <Button
          leftSection={<Play size="1rem" aria-hidden="true" />}
          disabled={busy || settings === null}
          onClick={() => {
            if (settings !== null) void startLadder(settings);
          }}
        >
          Climb the ladder
        </Button>
      }
    >
      No ladder was climbed yet: one matrix product, computed ten ways from three plain loops to all cores,
      each checked against the reference and timed.
    </NoResultYet>
  );
}

/** What the rungs are, before any of them ran. */
function UnclimbedRungs() {
  const { settings } = useLadderForm();
  const shape = settings?.shape ?? LADDER_PRESETS.notebook.shapes[0];
  return <RungCards results={[]} shape={shape} running={false} />;
}
