import classes from "./access-picture.module.css";

const ENTRIES = [
  { look: "read", worker: "0", label: "read now" },
  { look: "read", worker: "1", label: "read by a second worker" },
  { look: "read", worker: "both", label: "read by both" },
  { look: "sum", worker: "0", label: "summed in a register" },
  { look: "write", worker: "0", label: "written now" },
  { look: "seen", worker: "0", label: "touched before" },
] as const;

/** What the colours of the access pictures mean, once for all cards. */
export function AccessKey() {
  return (
    <ul className={classes["key"]} aria-label="Colours of the memory-access pictures">
      {ENTRIES.map(({ look, worker, label }) => (
        <li key={label}>
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <rect
              x={1}
              y={1}
              width={12}
              height={12}
              rx={1.5}
              className={classes["cell"]}
              data-look={look}
              data-worker={worker}
            />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
