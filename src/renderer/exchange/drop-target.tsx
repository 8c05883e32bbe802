import { useEffect, useState } from "react";
import { useStore } from "../store/create-store.ts";
import { dataTaker, takeDropped } from "./exchange-actions.ts";
import classes from "./exchange.module.css";

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

/**
 * The whole window takes files: data where the Data view is in sight, else runs of other tools, networks, weights. A view's
 * own place for files comes first.
 */
export function DropTarget() {
  const [over, setOver] = useState(false);
  const takesData = useStore(dataTaker, (take) => take !== null);
  useEffect(() => {
    let inside = 0;
    const enter = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      inside++;
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      inside = Math.max(0, inside - 1);
      if (inside === 0) setOver(false);
    };
    const allow = (event: DragEvent): void => {
      if (holdsFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      inside = 0;
      setOver(false);
      if (event.defaultPrevented || !holdsFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      const takeData = dataTaker.get();
      if (takeData === null) void takeDropped(event.dataTransfer.items);
      else takeData([...event.dataTransfer.files]);
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: allow, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) {
      window.addEventListener(name as keyof typeof listeners, listener);
    }
    return () => {
      for (const [name, listener] of Object.entries(listeners)) {
        window.removeEventListener(name as keyof typeof listeners, listener);
      }
    };
  }, []);
  if (!over) return null;
  return (
    <div className={classes["drop"]} aria-hidden="true">
      <p>
        <strong>Drop it here</strong>
        <br />
        {takesData
          ? "Data of your own: CSV, TSV, Parquet, IDX, .npy, .npz, or a folder with PNG and JPEG in one folder a class"
          : "Runs of TensorBoard, W&B, Trackio, MLflow, CSV or JSON lines; a network as .onnx; weights as .safetensors or .npz"}
      </p>
    </div>
  );
}
