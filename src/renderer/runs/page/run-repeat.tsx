import { Button } from "@mantine/core";
import { Copy, RotateCw } from "lucide-react";
import { repeatCommand } from "../../../shared/runs/repeat-command.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { showView } from "../../app/views.ts";
import { ask } from "../../bridge/lab.ts";
import { commandLineStore } from "../../store/command-line.ts";
import { useStore } from "../../store/create-store.ts";
import { labStore, showFailure } from "../../store/lab-store.ts";
import { copyText } from "../../store/save.ts";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

/** What a run was made of, as the JSON that the command line reads; null where there is none. */
async function specOf({ id, kind, config }: RunSummary): Promise<string | null> {
  const textOf = (network: unknown): string => JSON.stringify(network, null, 2);
  if (kind === "training" || kind === "lrsearch" || kind === "profile")
    return typeof config["spec"] === "string" ? config["spec"] : null;
  if (kind === "notebook") return (await ask(window.lab.sessionReport({ runId: id }))).report?.text ?? null;
  if (kind === "gradcheck") {
    return textOf((await ask(window.lab.gradcheckGet({ runId: id }))).report.settings.network);
  }
  if (kind === "init") return textOf((await ask(window.lab.initGet({ runId: id }))).report.settings.network);
  return null;
}

/** Does the same once more, as a new run. */
async function runAgain(run: RunSummary): Promise<void> {
  try {
    if (run.kind === "gradcheck") {
      const { report } = await ask(window.lab.gradcheckGet({ runId: run.id }));
      showView("gradients");
      await ask(window.lab.gradcheckStart(report.settings));
    } else if (run.kind === "init") {
      const { report } = await ask(window.lab.initGet({ runId: run.id }));
      await ask(window.lab.initSave(report.settings));
    }
  } catch (error) {
    showFailure("The run was not started again", error);
  }
}

/** How to do this run again: here, or by the command line. Other kinds have their own button beside their results. */
export function RunRepeat({ run }: { readonly run: RunSummary }) {
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const { command, specFile, caution } = repeatCommand(run);
  const line = `${useStore(commandLineStore, (program) => program)} ${command}`;
  const here = ["gradcheck", "init"].includes(run.kind) && run.status !== "running";
  const copySpec = () =>
    specOf(run).then(
      (spec) => (spec === null ? undefined : copyText("Spec", spec)),
      (error: unknown) => showFailure("The spec was not copied", error),
    );
  return (
    <section className={part["part"]}>
      <h3>Do it again</h3>
      <p className={classes["command"]}>
        <code>{line}</code>
      </p>
      <div className={part["tools"]}>
        {here && (
          <Button
            variant="default"
            size="xs"
            leftSection={<RotateCw size="0.875rem" aria-hidden="true" />}
            disabled={busy}
            onClick={() => void runAgain(run)}
          >
            Run again with these settings
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={<Copy size="0.875rem" aria-hidden="true" />}
          onClick={() => void copyText("Command", line)}
        >
          Copy the command
        </Button>
        {specFile !== null && (
          <Button variant="default" size="xs" onClick={() => void copySpec()}>
            Copy the spec to save as {specFile}
          </Button>
        )}
        {caution !== "" && <span>{caution}</span>}
      </div>
    </section>
  );
}
