import { Button, Switch } from "@mantine/core";
import { useEffect, useState } from "react";
import { counted } from "../../core/counted.ts";
import {
  isOver,
  TRAINING_STATES,
  type ClusterSweepStatus,
  type KnownSweep,
  type SweptTraining,
  type TrainingStateName,
} from "../../shared/experiments/cluster-sweep.ts";
import { ask } from "../bridge/lab.ts";
import { formatDate, formatMoment } from "../../shared/format/date.ts";
import { useStore } from "../store/create-store.ts";
import { labStore, showFailure } from "../store/lab-store.ts";
import { openComparison, openRun } from "../store/open-run.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { DataTable } from "../ui/data-table.tsx";
import {
  cancelSweep,
  collectByItself,
  collectSweep,
  forgetSweep,
  knownSweepsStore,
  loadSweeps,
  refreshSweep,
  submitAgain,
} from "./cluster-store.ts";
import { sweepStatusStore } from "./sweep-status-store.ts";
import own from "./cluster.module.css";
import { grouped } from "../../core/grouped.ts";

/** A cluster's controller has more to do than to be asked: ten seconds at first, up to a minute later. */
const FIRST_LOOK_MS = 10_000;
const LAST_LOOK_MS = 60_000;
/** Rows of the table that are shown before a person asks for all. */
const FEW_ROWS = 20;
/** As many as a comparison takes. */
const MOST_COMPARED = 20;

/** A card for each sweep on a cluster. */
export function ClusterSweeps() {
  const sweeps = useStore(knownSweepsStore);
  useEffect(() => void loadSweeps(), []);
  return sweeps.map((sweep) => <SweepCard key={sweep.id} sweep={sweep} />);
}

function SweepCard({ sweep }: { readonly sweep: KnownSweep }) {
  const { id, name, trainings, dir, host, createdAt, collectsByItself } = sweep;
  const status = useStore(sweepStatusStore, (all) => all[id]);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let [pauseMs, ended] = [FIRST_LOOK_MS, false];
    const look = async (): Promise<void> => {
      const seen = await refreshSweep(id);
      // One that is collected by itself is looked at in main, and told.
      if (ended || collectsByItself || (seen !== null && isOver(seen))) return;
      timer = setTimeout(() => void look(), pauseMs);
      pauseMs = Math.min(LAST_LOOK_MS, pauseMs * 1.5);
    };
    void look();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [id, collectsByItself]);
  const collected = status?.trainings.filter(isCollected) ?? [];
  return (
    <section className={own["card"]} aria-label={`Sweep ${name}`}>
      <div className={own["row"]}>
        <strong>{name}</strong>
        <span className={own["quiet"]}>
          {counted(trainings, "training")} on {host ?? "Slurm"}, {formatDate(createdAt)}
        </span>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void refreshSweep(id)}>
          Look again
        </Button>
      </div>
      {status !== undefined && <StateBar status={status} />}
      {status !== undefined && status.problem !== "" && (
        <p className={own["wrong"]} role="status">
          Slurm does not answer
          {status.heardAt !== null && <>; it was last heard at {formatMoment(status.heardAt)}</>}. What runs
          goes on, and what is done can be collected. {status.problem}
        </p>
      )}
      <div className={own["row"]}>
        <Button
          size="xs"
          disabled={busy || (status?.toCollect ?? 0) === 0}
          title="Takes what is done, also what diverged, and what failed and lost trainings had"
          onClick={() => void collectSweep(id)}
        >
          Collect {status?.toCollect ?? 0}
        </Button>
        <Switch
          size="xs"
          label="by itself, while the app is open"
          checked={collectsByItself}
          onChange={(event) => void collectByItself(id, event.currentTarget.checked)}
        />
        <Button
          size="xs"
          variant="default"
          disabled={status !== undefined && isWhole(status)}
          title="Submits what is neither done nor queued"
          onClick={() => void submitAgain(id)}
        >
          Again
        </Button>
        <ConfirmButton
          question="What runs is ended and keeps its state; what waits is taken back. Again goes on with both."
          confirm="Cancel the sweep"
          disabled={status !== undefined && isOver(status)}
          onConfirm={() => void cancelSweep(id)}
        >
          Cancel
        </ConfirmButton>
        <Button
          size="xs"
          variant="default"
          disabled={collected.length < 2}
          onClick={() => openComparison(collected.slice(0, MOST_COMPARED).map(({ run }) => run))}
        >
          Compare
        </Button>
        <Button size="xs" variant="subtle" color="gray" title={dir} onClick={() => void forgetSweep(id)}>
          Take off the list
        </Button>
      </div>
      {status !== undefined && <TrainingTable id={id} status={status} />}
      <p className={own["hint"]}>{dir}</p>
    </section>
  );
}

const isWhole = ({ counts, trainings }: ClusterSweepStatus): boolean =>
  counts.collected + counts.done === trainings.length;

/** Whether there is a run of it in the database, if only as far as it had come. */
const isCollected = ({ state, left }: SweptTraining): boolean =>
  state === "collected" || left === "collected";

const TITLES: Readonly<Record<TrainingStateName, string>> = {
  collected: "collected",
  done: "done",
  running: "running",
  waiting: "waiting",
  failed: "failed",
  lost: "lost",
  unknown: "not known",
};

/** How many trainings are in each state: as lengths, and in words. */
function StateBar({ status }: { readonly status: ClusterSweepStatus }) {
  const shown = TRAINING_STATES.filter((state) => status.counts[state] > 0);
  const divergedCount = status.trainings.filter(({ diverged }) => diverged).length;
  return (
    <>
      <div className={own["bar"]} aria-hidden="true">
        {shown.map((state) => (
          <span key={state} data-state={state} style={{ flexGrow: status.counts[state] }} />
        ))}
      </div>
      <p className={own["legend"]}>
        {shown.map((state) => (
          <span key={state}>
            <i data-state={state} aria-hidden="true" /> {status.counts[state]} {TITLES[state]}
          </span>
        ))}
        {divergedCount > 0 && (
          <span>
            <i data-state="diverged" aria-hidden="true" /> {divergedCount} of them diverged
          </span>
        )}
      </p>
    </>
  );
}

function TrainingTable({ id, status }: { readonly id: string; readonly status: ClusterSweepStatus }) {
  const { trainings, at } = status;
  const [all, setAll] = useState(false);
  const [logOf, setLogOf] = useState<SweptTraining | null>(null);
  const rows = all ? trainings : trainings.slice(0, FEW_ROWS);
  return (
    <>
      <DataTable label="Trainings of the sweep">
        <thead>
          <tr>
            <th scope="col">Values</th>
            <th scope="col">State</th>
            <th scope="col">Node</th>
            <th scope="col">Step</th>
            <th scope="col">Loss</th>
            <th scope="col">Why</th>
            <th scope="col">Log</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((training) => {
            const { index, run, note, state, diverged, node, step, of, loss, reason } = training;
            return (
              <tr key={index}>
                <th scope="row">
                  {isCollected(training) ? (
                    <Button size="compact-xs" variant="subtle" onClick={() => openRun(run)}>
                      {note}
                    </Button>
                  ) : (
                    note
                  )}
                </th>
                <td>
                  <span className={own["state"]}>
                    <i data-state={diverged ? "diverged" : state} aria-hidden="true" /> {TITLES[state]}
                    {diverged && ", diverged"}
                  </span>
                </td>
                <td>{node}</td>
                <td>{step === null ? "" : `${grouped(step)} of ${of === null ? "?" : grouped(of)}`}</td>
                <td>{loss === null ? "" : String(Number(loss.toPrecision(5)))}</td>
                <td>{reason}</td>
                <td>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    aria-label={`Log of ${note}`}
                    onClick={() => setLogOf(training)}
                  >
                    Log
                  </Button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </DataTable>
      {trainings.length > FEW_ROWS && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${trainings.length}`}
        </Button>
      )}
      {logOf !== null && (
        <TaskLog key={logOf.index} id={id} training={logOf} at={at} onClose={() => setLogOf(null)} />
      )}
    </>
  );
}

/** What the task of a training has said; read again whenever the sweep was looked at. */
function TaskLog({
  id,
  training: { index, note },
  at,
  onClose,
}: {
  readonly id: string;
  readonly training: SweptTraining;
  readonly at: string;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState("");
  useEffect(() => {
    let current = true;
    ask(window.lab.sweepsLog({ id, index })).then(
      (found) => {
        if (current) setText(found?.text ?? "Its task has not begun: there is no log yet.");
      },
      (error: unknown) => showFailure("The log could not be read", error),
    );
    return () => {
      current = false;
    };
  }, [id, index, at]);
  return (
    <div>
      <div className={own["row"]}>
        <strong>Log of the task of {note}</strong>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onClose}>
          Close
        </Button>
      </div>
      <pre className={own["text"]} aria-label={`Log of training ${index}`}>
        {text}
      </pre>
    </div>
  );
}
