import type { RunSummary } from "../../shared/runs/run-records.ts";
import type { LabAction } from "./lab-action.ts";
import type { LabState, Notice } from "./lab-state.ts";

const MAX_NOTICES = 4;

/** What the window knows after an action. Pure: the same state and action give the same answer. */
export function labReducer(state: LabState, action: LabAction): LabState {
  switch (action.type) {
    case "machineKnown":
      return { ...state, threads: action.threads, machineId: action.machineId };
    case "activityChanged":
      return {
        ...state,
        activity: action.activity,
        activityAt: action.now,
        notices:
          state.activity === null && action.activity !== null
            ? state.notices.filter(({ until }) => until === undefined)
            : state.notices,
      };
    case "runsListed":
      return { ...state, runs: newestFirst(action.runs), runsFailure: null };
    case "runsForgotten":
      return { ...state, runs: state.runs?.filter(({ id }) => !action.runIds.includes(id)) ?? null };
    case "runsFailed":
      return { ...state, runsFailure: action.error };
    case "runChanged":
      return withRun(state, action.run);
    case "noticed":
      return { ...state, notices: withNotice(state.notices, action.notice) };
    case "failureOver":
      return state.notices.some(({ title }) => title === action.title)
        ? { ...state, notices: state.notices.filter(({ title }) => title !== action.title) }
        : state;
    case "noticeClosed":
      return { ...state, notices: state.notices.filter(({ id }) => id !== action.id) };
  }
}

function withRun(state: LabState, run: RunSummary): LabState {
  const others = (state.runs ?? []).filter(({ id }) => id !== run.id);
  // Before the list has arrived there is nothing to change: it will bring this run along.
  const runs = state.runs === null ? null : newestFirst([run, ...others]);
  return { ...state, runs };
}

function newestFirst(runs: readonly RunSummary[]): readonly RunSummary[] {
  return [...runs].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** The same message is not shown twice, and the oldest gives way. A way back is the one from what was done last. */
function withNotice(notices: readonly Notice[], notice: Omit<Notice, "id">): readonly Notice[] {
  const others = notices.filter(({ title, message }) => title !== notice.title || message !== notice.message);
  if (others.length < notices.length && notice.action === undefined) return notices;
  const id = 1 + Math.max(0, ...notices.map((other) => other.id));
  return [...others, { ...notice, id }].slice(-MAX_NOTICES);
}
