import { formatBytes } from "../../../shared/format/number.ts";
import { useStore } from "../../store/create-store.ts";
import { sessionStore } from "../kernel/session-store.ts";
import { CellLink } from "../outputs/place-link.tsx";
import classes from "./panes.module.css";

/** What the sandbox holds: names, shapes and memory. */
export function VariablesPanel() {
  const variables = useStore(sessionStore, (session) => session.variables);
  const bytes = useStore(sessionStore, (session) => session.state?.tensorBytes ?? 0);
  if (variables.length === 0) {
    return (
      <p className={classes["hint"]}>Run a cell: what it defines stands here, with shapes and memory.</p>
    );
  }
  return (
    <>
      <p className={classes["hint"]}>
        {variables.length} names, tensors hold {formatBytes(bytes)}
      </p>
      <table className={classes["variables"]}>
        <caption className="visually-hidden">Variables of the sandbox</caption>
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {variables.map(({ name, kind, text, bytes: size, gradient, cell }) => (
            <tr key={name}>
              <th scope="row">
                <span className="mono">{name}</span>
              </th>
              <td>
                {text === "" ? kind : <span className="mono">{text}</span>}
                {size > 0 && ` ${formatBytes(size)}`}
                {gradient && (
                  <>
                    {" "}
                    with <span className="mono">.g</span>
                  </>
                )}
                <span className={classes["from"]}>
                  {" "}
                  <CellLink cell={cell} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
