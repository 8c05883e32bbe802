import { Button } from "@mantine/core";
import { Play } from "lucide-react";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { loadStages, startStages } from "./stages-actions.ts";
import { stagesStore } from "./stages-store.ts";
import { ErrorNotice, NoResultYet } from "../ui/notices.tsx";
import { ViewLayout } from "../ui/view-layout.tsx";
import { RegistrationLessonCard } from "./registration-lesson-card.tsx";
import { StageCards } from "./stage-cards.tsx";
import { StagesControls } from "./stages-controls.tsx";
import { useStagesForm } from "./stages-form.ts";
import { StagesResults } from "./stages-results.tsx";

export function StagesView() {
  const stages = useStore(stagesStore, (state) => state.stages);
  const failure = useStore(stagesStore, (state) => state.failure);
  const shown = useStore(stagesStore, (state) => state.shown);
  const running = useStore(
    labStore,
    ({ activity }) => activity?.kind === "stages" && activity.runId === shown?.runId,
  );
  const lesson = stages?.find((stage) => stage.lesson !== null)?.lesson ?? null;
  return (
    <ViewLayout controls={<StagesControls />} controlsLabel="Stages settings">
      {failure !== null && (
        <ErrorNotice
          title="The stages could not be opened"
          error={failure}
          onRetry={() => void loadStages()}
        />
      )}
      {shown === null ? <NothingRun /> : <StagesResults key={shown.runId} shown={shown} running={running} />}
      {stages !== null && <StageCards stages={stages} results={shown?.results ?? []} running={running} />}
      {lesson !== null && <RegistrationLessonCard lesson={lesson} />}
    </ViewLayout>
  );
}

function NothingRun() {
  const { values } = useStagesForm();
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  return (
    <NoResultYet
      action={
        <Button
          leftSection={<Play size="1rem" aria-hidden="true" />}
          disabled={busy || values === null}
          onClick={() => {
            if (values !== null) void startStages(values);
          }}
        >
          Run the stages
        </Button>
      }
    >
      The stages have not run yet: one network, 784→50→1 with relu and mean squared error, and its backward
      pass written in five ways, each timed and each compared with all others.
    </NoResultYet>
  );
}
