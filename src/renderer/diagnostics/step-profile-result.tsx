import { useMemo } from "react";
import { counted } from "../../core/counted.ts";
import type { StepProfile } from "../../shared/experiments/step-profile.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { formatNumber } from "../../shared/format/number.ts";
import { DataTable } from "../ui/data-table.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import { ReadingNotes } from "../ui/reading-notes.tsx";
import { formatMicroseconds } from "./format-microseconds.ts";
import { profileLines, stepProfileFigure, waitedUs } from "./step-profile-figure.ts";
import classes from "./diagnostics.module.css";

/** A step's profile: its times in a line, by op and worker as a chart, and beside it as a table. */
export function StepProfileResult({ profile }: { readonly profile: StepProfile }) {
  const figure = useMemo(() => stepProfileFigure(profile), [profile]);
  const { plain, profiled, threads } = profile;
  return (
    <>
      <p className={classes["tuningNote"]}>
        A step takes <Microseconds us={plain.medianUs} /> (quartiles <Microseconds us={plain.lowUs} /> to{" "}
        <Microseconds us={plain.highUs} /> over {formatNumber(plain.steps)} steps) on{" "}
        {counted(threads, "thread")}; <Microseconds us={profiled.medianUs} /> with clocks beside the ops, with
        the same losses. A worker waits <Microseconds us={waitedUs(profile)} /> of it at barriers.
      </p>
      <ReadingNotes warnings={profile.conditions?.warnings ?? []} />
      <div className={classes["profile"]} data-chart="step-profile">
        <ChartFigure figure={figure} toolsShown />
        <ProfileTable profile={profile} />
      </div>
    </>
  );
}

const Microseconds = ({ us }: { readonly us: number }) => (
  <ExactText text={formatMicroseconds(us)} exact={`${us} µs`} />
);

function ProfileTable({ profile }: { readonly profile: StepProfile }) {
  const workers = Array.from({ length: profile.threads }, (_, worker) => worker + 1);
  return (
    <DataTable label="A step by op and worker, µs" columns={profile.threads > 4 ? "chosen" : "fixed"}>
      <thead>
        <tr>
          <th scope="col" data-numeric="true">
            group
          </th>
          <th scope="col">op</th>
          <th scope="col">makes</th>
          {workers.flatMap((worker) => [
            <th key={`wait ${worker}`} scope="col" data-numeric="true">
              wait {worker}
            </th>,
            <th key={worker} scope="col" data-numeric="true">
              worker {worker}
            </th>,
          ])}
        </tr>
      </thead>
      <tbody>
        {profileLines(profile).map((line, index) => (
          <tr key={index}>
            <td data-numeric="true">{line.group ?? ""}</td>
            <th scope="row">{line.op}</th>
            <td className="mono">{line.makes}</td>
            {line.workers.flatMap(({ us, waitUs }, worker) => [
              <td key={`wait ${worker}`} data-numeric="true" className="mono">
                {waitUs === 0 ? "" : <ExactText text={formatNumber(waitUs, 3)} exact={`${waitUs} µs`} />}
              </td>,
              <td key={worker} data-numeric="true" className="mono">
                <ExactText text={formatNumber(us, 3)} exact={`${us} µs`} />
              </td>,
            ])}
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
