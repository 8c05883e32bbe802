import { ActionIcon, Button, Progress, Tooltip } from "@mantine/core";
import { X } from "lucide-react";
import { formatClock } from "../../shared/format/duration.ts";
import { cancelActivity, labStore } from "../store/lab-store.ts";
import { useStore } from "../store/create-store.ts";
import { trainingStateStore } from "../train/training-store.ts";
import { showView, viewOfWork } from "./views.ts";
import { useClock } from "../ui/use-clock.ts";
import classes from "./frame.module.css";

/**
 * What runs now, from any view: how far, how long, and the way to stop it. Its parts render by themselves: the numbers
 * change often.
 */
export function ActivityBar() {
  const isRunning = useStore(labStore, ({ activity }) => activity !== null);
  const title = useStore(labStore, ({ activity }) => activity?.title ?? "");
  const cancelling = useStore(labStore, ({ activity }) => activity?.cancelling === true);
  // Main says how many threads once its workers run; what is started before waits for them.
  const isReady = useStore(labStore, ({ threads }) => threads !== null);
  if (!isRunning)
    return (
      <div className={classes["idle"]}>{isReady ? "Nothing is running" : "Starting the worker threads…"}</div>
    );
  return (
    <div className={classes["activity"]} role="group" aria-label="What runs now">
      <ActivityTitle title={title} cancelling={cancelling} />
      <ActivityProgress title={title} />
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

function ActivityTitle({ title, cancelling }: { readonly title: string; readonly cancelling: boolean }) {
  const kind = useStore(labStore, ({ activity }) => activity?.kind);
  const phase = useStore(labStore, ({ activity }) => (cancelling ? "cancelling…" : (activity?.phase ?? "")));
  const view = kind === undefined ? undefined : viewOfWork(kind);
  return (
    <Tooltip label={`Show ${view?.work?.name ?? "it"}`}>
      <Button
        variant="subtle"
        color="gray"
        className={classes["activityTitle"] ?? ""}
        title={`${title}: ${phase}`}
        onClick={() => {
          if (view !== undefined) showView(view.id);
        }}
      >
        <span className={classes["activityName"]}>{title}</span>
        <span className={classes["activityPhase"]}>{phase}</span>
      </Button>
    </Tooltip>
  );
}

function ActivityProgress({ title }: { readonly title: string }) {
  const percent = useStore(labStore, ({ activity }) => {
    const fraction = activity?.fraction ?? null;
    return fraction === null ? null : Math.floor(fraction * 100);
  });
  return (
    <>
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
        <ActivityTimes />
      </span>
    </>
  );
}

function ActivityTimes() {
  const activity = useStore(labStore, (state) => state.activity);
  const at = useStore(labStore, (state) => state.activityAt);
  const paused = useStore(trainingStateStore, (state) => state?.paused === true);
  const now = useClock(500);
  if (activity === null) return null;
  const since = paused ? 0 : Math.max(0, now - at);
  const leftMs = activity.etaMs === null ? 0 : activity.etaMs - since;
  // Nobody knows how long a pause will last, nor what was estimated too short.
  const left = paused ? "paused" : leftMs < 500 ? "" : `${formatClock(leftMs)} left`;
  return (
    <>
      <span>{formatClock(activity.elapsedMs + since)}</span>
      <span className={classes["left"]}>{left}</span>
    </>
  );
}
