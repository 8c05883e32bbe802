import { useEffect, useState } from "react";
import { useStore } from "../store/create-store.ts";
import { dataInSight, takeDropped } from "./dropped.ts";
import classes from "./exchange.module.css";

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

/** The whole window takes files of every kind. A view's own place for files comes first. */
export function DropTarget() {
  const [over, setOver] = useState(false);
  const takesData = useStore(dataInSight);
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
      void takeDropped(event.dataTransfer);
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
          : "Notebooks (.lab.ts, .ipynb), runs of this lab (.backprop.json), of TensorBoard, W&B, Trackio, MLflow, CSV or JSON lines; a network as .onnx; weights as .safetensors, .npz or a folder of .npy; data as tables, arrays or pictures"}
      </p>
    </div>
  );
}
