import { useEffect, useState } from "react";
import type { Activity } from "../../shared/ipc/ipc-contract.ts";
import { labStore } from "../store/lab-store.ts";

const EVERY_MS = 10_000;

/** Tells a screen reader how the run goes: at its start, at its end, and at most every ten seconds between. */
export function LiveRegion() {
  const [message, setMessage] = useState("");
  useEffect(() => {
    let said = -Infinity;
    let previous: Activity | null = null;
    const listen = () => {
      const { activity } = labStore.get();
      const changed = (activity === null) !== (previous === null);
      if (changed || (activity !== null && performance.now() - said > EVERY_MS)) {
        said = performance.now();
        setMessage(sentence(activity, previous));
      }
      previous = activity;
    };
    listen();
    return labStore.subscribe(listen);
  }, []);
  return (
    <div className="visually-hidden" role="status">
      {message}
    </div>
  );
}

function sentence(activity: Activity | null, previous: Activity | null): string {
  if (activity === null) return previous === null ? "" : `${previous.title} has ended`;
  const percent = activity.fraction === null ? "" : `, ${Math.floor(activity.fraction * 100)} percent`;
  return `${activity.title}: ${activity.phase}${percent}`;
}
