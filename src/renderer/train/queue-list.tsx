import { Button } from "@mantine/core";
import { counted } from "../../core/counted.ts";
import type { QueuedTraining } from "../../shared/experiments/training.ts";
import { formatDate } from "../../shared/format/date.ts";
import { useStore } from "../store/create-store.ts";
import { dequeueTrainings, goOnWithQueue } from "./training-actions.ts";
import { trainingQueueStore } from "./training-store.ts";
import own from "./train-view.module.css";

/** Trainings that wait for their turn, and those that an earlier session has left. */
export function QueueList() {
  const queue = useStore(trainingQueueStore);
  if (queue.length === 0) return null;
  const held = queue.filter(({ state }) => state === "held").length;
  return (
    <section className={own["chart"]} aria-label="Queue">
      <div className={own["row"]}>
        <strong>
          {queue.length} {queue.length === 1 ? "training waits" : "trainings wait"}
        </strong>
        {held > 0 && (
          <Button size="compact-xs" onClick={() => void goOnWithQueue()}>
            Go on with {counted(held, "training")}
          </Button>
        )}
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          onClick={() => void dequeueTrainings(queue.map(({ id }) => id))}
        >
          Empty the queue
        </Button>
      </div>
      <ol className={own["queue"]}>
        {queue.map((queued) => {
          const { id, title, note, state } = queued;
          return (
            <li key={id}>
              <span>
                {title}
                {note === "" ? "" : ` (${note})`}
                {state !== "waits" && <span className={own["quiet"]}> {whyItStands(queued)}</span>}
              </span>
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                aria-label={`Remove ${title} from the queue`}
                onClick={() => void dequeueTrainings([id])}
              >
                Remove
              </Button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Why a training does not begin by itself. */
function whyItStands({ state, reason, queuedAt }: QueuedTraining): string {
  if (state === "unreadable") return reason;
  if (reason !== "") return `did not start: ${reason}`;
  return `queued ${formatDate(queuedAt)}, before the app was closed`;
}
