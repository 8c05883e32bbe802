import { ActionIcon, Button, Progress, Tooltip } from "@mantine/core";
import { X } from "lucide-react";
import { formatClock } from "../format/duration.ts";
import { cancelActivity, labStore } from "../store/lab-store.ts";
import { useStore } from "../store/create-store.ts";
import { trainingStateStore } from "../train/training-store.ts";
import { showView, viewOfWork } from "./views.ts";
import { useClock } from "../ui/use-clock.ts";
import classes from "./frame.module.css";

/** What runs now, from any view: how far, how long, and the way to stop it. */
export function ActivityBar() {
  const activity = useStore(labStore, (state) => state.activity);
  const at = useStore(labStore, (state) => state.activityAt);
  const paused = useStore(trainingStateStore, (state) => state?.paused === true);
  const now = useClock(activity === null ? null : 500);
  if (activity === null) return <div className={classes["idle"]}>Nothing is running</div>;
  const { fraction, title, phase, cancelling, etaMs } = activity;
  const view = viewOfWork(activity.kind);
  const since = paused ? 0 : Math.max(0, now - at);
  const percent = fraction === null ? null : Math.floor(fraction * 100);
  const leftMs = etaMs === null ? 0 : etaMs - since;
  // Nobody knows how long a pause will last, nor what was estimated too short.
  const left = paused ? "paused" : leftMs < 500 ? "" : `${formatClock(leftMs)} left`;
  return (
    <div className={classes["activity"]} role="group" aria-label="What runs now">
      <Tooltip label={`Show ${view?.work?.name ?? "it"}`}>
        <Button
          variant="subtle"
          color="gray"
          className={classes["activityTitle"] ?? ""}
          title={`${title}: ${cancelling ? "cancelling…" : phase}`}
          onClick={() => {
            if (view !== undefined) showView(view.id);
          }}
        >
          <span className={classes["activityName"]}>{title}</span>
          <span className={classes["activityPhase"]}>{cancelling ? "cancelling…" : phase}</span>
        </Button>
      </Tooltip>
      <Progress
        className={classes["progress"] ?? ""}
        value={percent ?? 100}
        striped={percent === null}
        animated={percent === null}
        transitionDuration={100}
        aria-label={`Progress of ${title}`}
      />
      <span className={classes["activityNumbers"]}>
        <span className={classes["percent"]}>{percent === null ? "" : `${percent} %`}</span>
        <span>{formatClock(activity.elapsedMs + since)}</span>
        <span className={classes["left"]}>{left}</span>
      </span>
      <Tooltip label={cancelling ? "Cancelling…" : "Cancel"}>
        <ActionIcon
          aria-label={cancelling ? "Cancelling…" : `Cancel ${title}`}
          aria-disabled={cancelling}
          onClick={() => {
            if (!cancelling) void cancelActivity();
          }}
        >
          <X size="1.125rem" />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
