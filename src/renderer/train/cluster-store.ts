import * as v from "valibot";
import { messageOf } from "../../core/thrown.ts";
import { counted } from "../../core/counted.ts";
import {
  clusterOptionsSchema,
  type ClusterFound,
  type ClusterOptions,
  type ClusterSweepStatus,
  type KnownSweep,
  type WindowSweepRequest,
} from "../../shared/experiments/cluster-sweep.ts";
import { issueAt } from "../../shared/ipc/issue-words.ts";
import { ask } from "../bridge/lab.ts";
import { parseObject } from "../preferences/preferences.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";

import { setSweepStatus, unfinishedText } from "./sweep-status-store.ts";

/** What a person types of a cluster; empty where nothing is asked. */
export interface ClusterTexts {
  readonly host: string;
  readonly partition: string;
  readonly account: string;
  readonly time: string;
  readonly cpus: string;
  readonly atOnce: string;
  readonly chunk: string;
  readonly node: string;
  readonly setup: string;
  /** Options of sbatch, one a line. */
  readonly more: string;
}

const EMPTY: ClusterTexts = {
  host: "",
  partition: "",
  account: "",
  time: "",
  cpus: "",
  atOnce: "",
  chunk: "",
  node: "",
  setup: "",
  more: "",
};
const KEY = "backprop-lab.clusters";
const LAST = "backprop-lab.cluster";

/** What was last typed for a cluster of this name, or for the last one. */
export function rememberedTexts(cluster: string | null): ClusterTexts {
  const stored = parseObject(localStorage.getItem(KEY));
  const name = cluster ?? localStorage.getItem(LAST) ?? "";
  const found = v.safeParse(v.record(v.string(), v.string()), stored[name]);
  return found.success ? { ...EMPTY, ...found.output } : EMPTY;
}

function rememberTexts(cluster: string, texts: ClusterTexts): void {
  const stored = parseObject(localStorage.getItem(KEY));
  localStorage.setItem(KEY, JSON.stringify({ ...stored, [cluster]: texts }));
  localStorage.setItem(LAST, cluster);
}

/** Options for main, or what is wrong with the texts, in words. */
export function clusterOptionsOf(texts: ClusterTexts): ClusterOptions | string {
  const text = (value: string): string | undefined => (value.trim() === "" ? undefined : value.trim());
  const count = (value: string): number | undefined => (value.trim() === "" ? undefined : Number(value));
  const checked = v.safeParse(clusterOptionsSchema, {
    host: text(texts.host),
    partition: text(texts.partition),
    account: text(texts.account),
    time: text(texts.time),
    cpusPerTask: count(texts.cpus),
    arrayLimit: count(texts.atOnce),
    chunk: count(texts.chunk),
    node: text(texts.node),
    setup: text(texts.setup),
    sbatchOptions: texts.more
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  });
  return checked.success ? checked.output : issueAt(checked.issues[0]);
}

export const knownSweepsStore = createStore<readonly KnownSweep[]>([]);

export async function loadSweeps(): Promise<void> {
  try {
    knownSweepsStore.set(await ask(window.lab.sweepsList()));
  } catch (error) {
    showFailure("The sweeps on clusters could not be read", error);
  }
}

export async function findCluster(host: string): Promise<ClusterFound> {
  try {
    const trimmed = host.trim();
    return await ask(window.lab.sweepsFind({ host: trimmed === "" ? undefined : trimmed }));
  } catch (error) {
    return { cluster: null, why: messageOf(error) };
  }
}

export async function submitSweep(
  request: WindowSweepRequest,
  cluster: string | null,
  texts: ClusterTexts,
): Promise<void> {
  try {
    const made = await ask(window.lab.sweepsSubmit(request));
    if (made === null) return;
    rememberTexts(cluster ?? "", texts);
    await loadSweeps();
    if (request.prepareOnly) showInfo("The sweep is prepared; this submits it", made.command ?? made.dir);
    else if (made.job === null) showInfo("All trainings of this sweep are done or queued", made.dir);
    else showInfo(`Job ${made.job}: ${counted(made.submitted, "training")} submitted`, made.dir);
  } catch (error) {
    showFailure("The sweep was not submitted", error);
  }
}

export async function openSweepFolder(): Promise<void> {
  try {
    if ((await ask(window.lab.sweepsOpen())) !== null) await loadSweeps();
  } catch (error) {
    showFailure("That is no sweep's folder", error);
  }
}

export async function refreshSweep(id: string): Promise<ClusterSweepStatus | null> {
  try {
    const status = await ask(window.lab.sweepsStatus({ id }));
    setSweepStatus(id, status);
    return status;
  } catch (error) {
    showFailure("The sweep could not be looked at", error);
    return null;
  }
}

export async function collectSweep(id: string): Promise<void> {
  try {
    const { added, unfinished, skipped, inTrash, damaged, problem } = await ask(
      window.lab.sweepsCollect({ id }),
    );
    const [first] = damaged;
    const rest = [
      ...(unfinished.length > 0 ? [unfinishedText(unfinished.length)] : []),
      ...(problem !== "" ? ["what failed and lost trainings had is collected when Slurm answers again"] : []),
      ...(skipped.length > 0 ? [`${skipped.length} were there already`] : []),
      ...(inTrash.length > 0 ? [`${inTrash.length} are in the trash`] : []),
      ...(first === undefined
        ? []
        : [`${damaged.length} could not be read (${first.file}: ${first.reason}); Again computes them`]),
    ];
    showInfo(`${counted(added.length, "run")} collected`, rest.join("; "));
    await refreshSweep(id);
  } catch (error) {
    showFailure("The sweep was not collected", error);
  }
}

export async function collectByItself(id: string, on: boolean): Promise<void> {
  try {
    await ask(window.lab.sweepsCollectByItself({ id, on }));
    await loadSweeps();
  } catch (error) {
    showFailure("The switch was not kept", error);
  }
}

export async function submitAgain(id: string): Promise<void> {
  try {
    const { submitted, job } = await ask(window.lab.sweepsAgain({ id }));
    showInfo(
      job === null
        ? "Everything is done or queued"
        : `Job ${job}: ${counted(submitted, "training")} submitted`,
    );
    await refreshSweep(id);
  } catch (error) {
    showFailure("The sweep was not submitted again", error);
  }
}

export async function cancelSweep(id: string): Promise<void> {
  try {
    const { tasks } = await ask(window.lab.sweepsCancel({ id }));
    showInfo(`${counted(tasks, "task")} cancelled`, "What is done stays; Again goes on with the others.");
    await refreshSweep(id);
  } catch (error) {
    showFailure("The sweep was not cancelled", error);
  }
}

export async function forgetSweep(id: string): Promise<void> {
  try {
    await ask(window.lab.sweepsForget({ id }));
    await loadSweeps();
  } catch (error) {
    showFailure("The list of sweeps was not changed", error);
  }
}
