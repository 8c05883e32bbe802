import { Button, Modal, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { counted } from "../../core/counted.ts";
import type { IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import type { TrainSpec } from "../../shared/specs/train-spec.ts";
import { ask } from "../bridge/lab.ts";
import { useDropOffer } from "../exchange/dropped.ts";
import { createStore, useStore } from "../store/create-store.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";
import { weightsStore } from "./training-actions.ts";
import { parseSpecText, showSpec } from "./train-form.ts";
import own from "./train-view.module.css";

type Question = Extract<IpcOutput<"exchangeMatchWeights">, { kind: "asks" }>;
interface Asked {
  readonly files: readonly File[];
  readonly spec: TrainSpec;
  readonly question: Question;
}

/** "w.safetensors", "4 .npy files". */
const nameOf = (files: readonly File[]): string =>
  files.length === 1 ? (files[0]?.name ?? "") : counted(files.length, ".npy file");

/** What has to be said before a file's weights can be taken. */
const asked = createStore<Asked | null>(null);

async function takeWeights(
  files: readonly File[],
  spec: TrainSpec | null,
  said: { readonly layout?: "torch" | "keras"; readonly order?: string[] } = {},
): Promise<void> {
  const name = nameOf(files);
  try {
    if (spec === null) throw new TypeError("the network is not complete: the controls say what is missing");
    const read = await Promise.all(
      files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    const answer = await ask(window.lab.exchangeMatchWeights({ spec, files: read, ...said }));
    if (answer.kind === "asks") {
      asked.set({ files, spec, question: answer });
      return;
    }
    asked.set(null);
    weightsStore.set({ name, bytes: answer.bytes });
    showInfo(`The next training begins with ${name}`, `Read as ${answer.understood}.`);
  } catch (error) {
    asked.set(null);
    showFailure(`${name} ${files.length === 1 ? "was" : "were"} not taken`, error);
  }
}

/** Files to begin with: of this lab, PyTorch, Keras, numpy or ONNX. Also takes what is dropped on the window. */
export function WeightsFile({ spec }: { readonly spec: TrainSpec | null }) {
  const weights = useStore(weightsStore);
  const input = useRef<HTMLInputElement>(null);
  useDropOffer("network", ({ network: { layers, weights: bytes, notes }, name }) => {
    try {
      if (spec === null) throw new TypeError("the settings of the training are not valid");
      const last = layers.flatMap((layer) => (layer.type === "linear" ? [layer.out] : [])).at(-1);
      const loss = last === 1 ? "mse" : "crossEntropy";
      showSpec(parseSpecText(JSON.stringify({ ...spec, layers, loss })), "own");
      weightsStore.set({ name, bytes });
      showInfo(`${name} is the network to train, with its weights`, notes.join(" "));
    } catch (error) {
      showFailure(`${name} was not taken`, error);
    }
  });
  useDropOffer("weights", ({ files }) => void takeWeights(files, spec));
  return (
    <div className={own["row"]}>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept=".safetensors,.npz,.onnx,.npy"
        aria-label="Files of weights"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          if (files.length > 0) void takeWeights(files, spec);
          event.currentTarget.value = "";
        }}
      />
      <Button variant="default" size="xs" onClick={() => input.current?.click()}>
        Begin with saved weights
      </Button>
      {weights === null ? (
        <span className={own["quiet"]}>
          of PyTorch, Keras, numpy or this lab (.safetensors, .npz, .onnx, or all .npy of a folder); else they
          are drawn by the seed
        </span>
      ) : (
        <>
          <strong>{weights.name}</strong>
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => weightsStore.set(null)}>
            Draw them instead
          </Button>
        </>
      )}
      <WeightsQuestion />
    </div>
  );
}

/** Asks what the file does not say. */
function WeightsQuestion() {
  const open = useStore(asked);
  const [order, setOrder] = useState("");
  if (open === null) return null;
  const { files, spec, question } = open;
  const close = (): void => asked.set(null);
  return (
    <Modal opened onClose={close} title={`How is ${nameOf(files)} meant?`} lockScroll={false}>
      <p>{question.message}</p>
      {question.asks === "layout" ? (
        <div className={own["row"]}>
          <Button size="xs" onClick={() => void takeWeights(files, spec, { layout: "torch" })}>
            (out, in), as PyTorch
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => void takeWeights(files, spec, { layout: "keras" })}
          >
            (in, out), as Keras
          </Button>
        </div>
      ) : (
        <div className={own["row"]}>
          <TextInput
            label="The file's layers in the network's order"
            placeholder={question.choices.join(", ")}
            value={order}
            onChange={(event) => setOrder(event.currentTarget.value)}
          />
          <Button
            size="xs"
            onClick={() =>
              void takeWeights(files, spec, {
                order: order
                  .split(",")
                  .map((name) => name.trim())
                  .filter((name) => name !== ""),
              })
            }
          >
            Take them so
          </Button>
        </div>
      )}
    </Modal>
  );
}
