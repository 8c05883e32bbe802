import { GradcheckRunPart } from "../gradients/gradcheck-run-part.tsx";
import { InitRunPart } from "../initialise/init-run-part.tsx";
import { LadderRunPart } from "../ladder/ladder-run-part.tsx";
import { StagesRunPart } from "../stages/stages-run-part.tsx";
import { TrainingRunPart } from "../train/training-run-part.tsx";
import type { RunParts } from "../ui/run-part.ts";

/** What each view adds to the page of its kind of run. */
export const RUN_PARTS: RunParts = {
  ladder: LadderRunPart,
  init: InitRunPart,
  stages: StagesRunPart,
  gradcheck: GradcheckRunPart,
  training: TrainingRunPart,
};
