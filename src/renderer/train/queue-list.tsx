import { Button } from "@mantine/core";
import { useStore } from "../store/create-store.ts";
import { dequeueTrainings } from "./training-actions.ts";
import { trainingQueueStore } from "./training-store.ts";
import own from "./train-view.module.css";

/** Trainings that wait for their turn. */
export function QueueList() {
  const queue = useStore(trainingQueueStore);
  if (queue.length === 0) return null;
  return (
    <section className={own["chart"]} aria-label="Queue">
      <div className={own["row"]}>
        <strong>
          {queue.length} {queue.length === 1 ? "training waits" : "trainings wait"}
        </strong>
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
        {queue.map(({ id, title, note }) => (
          <li key={id}>
            <span>
              {title}
              {note === "" ? "" : ` (${note})`}
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
        ))}
      </ol>
    </section>
  );
}
