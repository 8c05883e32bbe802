import { Button, Checkbox, Modal } from "@mantine/core";
import { FileCode2 } from "lucide-react";
import { useState } from "react";
import type { IpcInput } from "../../shared/ipc/ipc-contract.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { exportTraining } from "./exchange-actions.ts";
import classes from "./exchange.module.css";

type Training = IpcInput<"exchangeExport">["training"];

/** Opens the dialog that writes a training as PyTorch or ONNX; `training` is null while the form is not valid. */
export function ExportTrainingMenu({
  training,
  action,
}: {
  readonly training: Training | null;
  /** The command that the button is, where it is one. */
  readonly action?: string;
}) {
  const [open, setOpen] = useState(false);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  return (
    <>
      <Button
        variant="default"
        size="xs"
        {...(action === undefined ? {} : { "data-action": action })}
        leftSection={<FileCode2 size="0.875rem" aria-hidden="true" />}
        disabled={busy || training === null}
        onClick={() => setOpen(true)}
      >
        Export: Python, ONNX
      </Button>
      {training !== null && <ExportDialog training={training} opened={open} onClose={() => setOpen(false)} />}
    </>
  );
}

function ExportDialog({
  training,
  opened,
  onClose,
}: {
  readonly training: Training;
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const [withData, setWithData] = useState(true);
  const [normalise, setNormalise] = useState(false);
  const [softmax, setSoftmax] = useState(false);
  const write = (what: "pytorch" | "onnx") => () => {
    onClose();
    void exportTraining({ training, what, withData, normalise, softmax });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Export the training" size="lg" lockScroll={false}>
      <section aria-label="PyTorch">
        <h3>PyTorch</h3>
        <p>
          A folder that runs: <code>model.py</code>, <code>train.py</code> with the same optimiser, schedule
          and order of rows, which prints the same losses, and the weights as a state_dict in .safetensors.
        </p>
        <div className={classes["followed"]}>
          <Checkbox
            label="With the data"
            checked={withData}
            onChange={(event) => setWithData(event.currentTarget.checked)}
          />
          <Button size="xs" onClick={write("pytorch")}>
            Write the PyTorch folder…
          </Button>
        </div>
      </section>
      <section aria-label="ONNX">
        <h3>ONNX</h3>
        <p>One file for ONNX Runtime and Netron, opset 17, any number of rows; dropout is left out.</p>
        <div className={classes["followed"]}>
          <Checkbox
            label="Normalise inside: takes pixels"
            checked={normalise}
            onChange={(event) => setNormalise(event.currentTarget.checked)}
          />
          <Checkbox
            label="Softmax at the end: gives probabilities"
            checked={softmax}
            onChange={(event) => setSoftmax(event.currentTarget.checked)}
          />
          <Button size="xs" onClick={write("onnx")}>
            Write the ONNX file…
          </Button>
        </div>
      </section>
    </Modal>
  );
}
