import { Button, Textarea, TextInput } from "@mantine/core";
import { messageOf } from "../../core/thrown.ts";
import { useEffect, useState } from "react";
import { counted } from "../../core/counted.ts";
import type { ClusterFound } from "../../shared/experiments/cluster-sweep.ts";
import type { SweepSpec } from "../../shared/specs/sweep-spec.ts";
import { ask } from "../bridge/lab.ts";
import { copyText } from "../store/save.ts";
import {
  clusterOptionsOf,
  findCluster,
  openSweepFolder,
  rememberedTexts,
  submitSweep,
  type ClusterTexts,
} from "./cluster-store.ts";
import { chosenWeights } from "./training-actions.ts";
import { WorkButton } from "../ui/work-button.tsx";
import own from "./cluster.module.css";

const FIELDS: readonly (readonly [keyof ClusterTexts, string, string])[] = [
  ["partition", "Partition", "the cluster's own"],
  ["account", "Account", "yours"],
  ["time", "Time", "60 or 2:00:00"],
  ["cpus", "CPUs a task", "1"],
  ["atOnce", "At once", "no limit"],
];
const MORE: readonly (readonly [keyof ClusterTexts, string, string])[] = [
  ["host", "Login node, over ssh", "this computer"],
  ["chunk", "Trainings a task", "ten minutes' worth"],
  ["node", "Node on a compute node", "node"],
];

/** Where a sweep goes and what it asks for; the script as it will be, and the button that submits it. */
export function ClusterForm({
  sweep,
  name,
  trainings,
}: {
  /** Null while it is not valid. */
  readonly sweep: SweepSpec | null;
  readonly name: string;
  readonly trainings: number;
}) {
  const [texts, setTexts] = useState<ClusterTexts>(() => rememberedTexts(null));
  const [found, setFound] = useState<ClusterFound | null>(null);
  const [busy, setBusy] = useState(false);
  const { host } = texts;
  useEffect(() => {
    let current = true;
    // A name that is being typed is not asked letter by letter.
    const timer = setTimeout(() => {
      void findCluster(host).then((answer) => {
        if (current) setFound(answer);
      });
    }, 400);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [host]);
  const options = clusterOptionsOf(texts);
  const cluster = found?.cluster ?? null;
  const submit = (prepareOnly: boolean): void => {
    if (sweep === null || typeof options === "string") return;
    setBusy(true);
    const request = { sweep, name, options, prepareOnly, ...chosenWeights() };
    void submitSweep(request, cluster, texts).finally(() => setBusy(false));
  };
  const field = ([key, label, placeholder]: readonly [keyof ClusterTexts, string, string]) => (
    <TextInput
      key={key}
      size="xs"
      label={label}
      placeholder={placeholder}
      value={texts[key]}
      onChange={(event) => setTexts({ ...texts, [key]: event.currentTarget.value })}
    />
  );
  return (
    <div className={own["form"]}>
      <p className={own["found"]} role="status">
        {found === null && "Looking for Slurm …"}
        {cluster !== null && (
          <>
            Slurm is here: cluster <strong>{cluster}</strong>
          </>
        )}
        {found?.cluster === null && (
          <>{found.why}. The sweep can be prepared here, and submitted where Slurm is.</>
        )}
      </p>
      <div className={own["fields"]}>{FIELDS.map(field)}</div>
      <details className={own["more"]}>
        <summary>More options</summary>
        <div className={own["fields"]}>{MORE.map(field)}</div>
        <Textarea
          size="xs"
          label="Lines of a shell before it"
          placeholder="module load nodejs/24"
          autosize
          minRows={1}
          value={texts.setup}
          onChange={(event) => setTexts({ ...texts, setup: event.currentTarget.value })}
        />
        <Textarea
          size="xs"
          label="Options of sbatch, one a line"
          placeholder="--reservation=course"
          autosize
          minRows={1}
          value={texts.more}
          onChange={(event) => setTexts({ ...texts, more: event.currentTarget.value })}
        />
      </details>
      <ScriptPreview texts={texts} trainings={trainings} />
      {typeof options === "string" && <p className={own["wrong"]}>{options}</p>}
      <div className={own["row"]}>
        <WorkButton
          size="xs"
          working={busy}
          disabled={sweep === null || cluster === null || typeof options === "string"}
          onClick={() => submit(false)}
        >
          Submit {counted(trainings, "training")}
        </WorkButton>
        <Button
          size="xs"
          variant="default"
          disabled={busy || sweep === null || typeof options === "string"}
          onClick={() => submit(true)}
        >
          Prepare only
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={() => void openSweepFolder()}>
          Open a sweep’s folder …
        </Button>
      </div>
      <p className={own["hint"]}>
        A folder is asked for, which the compute nodes must see: your home, as a rule. They need Node 22.14 or
        newer, nothing else.
      </p>
    </div>
  );
}

function ScriptPreview({ texts, trainings }: { readonly texts: ClusterTexts; readonly trainings: number }) {
  const [open, setOpen] = useState(false);
  const [script, setScript] = useState("");
  const options = clusterOptionsOf(texts);
  const asked = typeof options === "string" ? "" : JSON.stringify({ options, trainings });
  useEffect(() => {
    if (!open || asked === "") return;
    const request = JSON.parse(asked) as Parameters<typeof window.lab.sweepsScript>[0];
    void ask(window.lab.sweepsScript(request)).then(
      (answer) => setScript(answer.script),
      (error: unknown) => setScript(messageOf(error)),
    );
  }, [open, asked]);
  return (
    <details className={own["more"]} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The job script</summary>
      <pre className={own["text"]}>{script}</pre>
      <Button size="compact-xs" variant="default" onClick={() => void copyText("Job script", script)}>
        Copy
      </Button>
    </details>
  );
}
