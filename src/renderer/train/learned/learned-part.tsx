import { Button, NativeSelect } from "@mantine/core";
import { Eye, Save } from "lucide-react";
import { useMemo, useState } from "react";
import type { Learned, WeightsChoice } from "../../../shared/experiments/learned.ts";
import { ask } from "../../bridge/lab.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { formatNumber } from "../../format/number.ts";
import { useStore } from "../../store/create-store.ts";
import { labStore } from "../../store/lab-store.ts";
import { saveWeights } from "../../store/save.ts";
import { inspectTraining, learnedStore } from "../training-actions.ts";
import { ClassesPart } from "./classes-part.tsx";
import { DigitPad } from "./digit-pad.tsx";
import { embeddingFigure } from "./embedding-figure.ts";
import classes from "./learned.module.css";
import { ImportancePart } from "./importance-part.tsx";
import { PixelImage } from "./pixel-image.tsx";
import { PlanePictures } from "./plane-pictures.tsx";
import { RegressionPart } from "./regression-part.tsx";

/** Classes that marks of a chart tell apart. */
const MOST_MARKED = 10;

const WEIGHTS = [
  { value: "final", label: "weights at the end" },
  { value: "best", label: "weights of the lowest validation loss" },
  { value: "latest", label: "weights where it was cut short" },
] as const satisfies readonly { value: WeightsChoice; label: string }[];

/** What a training's network has learned; asked for when the person wants it. */
export function LearnedPart({ runId, cutShort }: { readonly runId: string; readonly cutShort: boolean }) {
  const [weights, setWeights] = useState<WeightsChoice>(cutShort ? "latest" : "final");
  const choices = WEIGHTS.filter(({ value }) => value !== (cutShort ? "final" : "latest"));
  const learned = useStore(learnedStore);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const shown = learned?.runId === runId && learned.weights === weights ? learned : null;
  return (
    <section className={classes["learned"]} aria-label="What it learned">
      <div className={classes["row"]}>
        <h2>What it learned</h2>
        <NativeSelect
          size="xs"
          aria-label="Weights to look at"
          value={weights}
          data={choices.map((choice) => ({ ...choice }))}
          onChange={(event) => {
            const chosen = WEIGHTS.find(({ value }) => value === event.currentTarget.value);
            if (chosen !== undefined) setWeights(chosen.value);
          }}
        />
        <Button
          size="xs"
          leftSection={<Eye size="0.875rem" aria-hidden="true" />}
          disabled={busy}
          onClick={() => void inspectTraining(runId, weights)}
        >
          {shown === null ? "Look at it" : "Look again"}
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<Save size="0.875rem" aria-hidden="true" />}
          onClick={() =>
            void saveWeights(ask(window.lab.learnedSaveWeights({ runId, weights, format: "safetensors" })))
          }
        >
          Save as .safetensors
        </Button>
        <Button
          variant="default"
          size="xs"
          onClick={() =>
            void saveWeights(ask(window.lab.learnedSaveWeights({ runId, weights, format: "npy" })))
          }
        >
          Save as .npy folder
        </Button>
      </div>
      {shown !== null && (
        <>
          <Inspected learned={shown} />
          {shown.layout?.height === 28 && shown.layout.width === 28 && shown.layout.channels === 1 && (
            <DigitPad runId={runId} weights={weights} />
          )}
        </>
      )}
    </section>
  );
}

function Inspected({ learned }: { readonly learned: Learned }) {
  const { firstLayer, firstLayerUnits, embedding, embeddingNote, layout, pictures, regressions } = learned;
  const figure = useMemo(
    () =>
      embedding === null || learned.classNames.length === 0 || learned.classNames.length > MOST_MARKED
        ? null
        : embeddingFigure(embedding, learned.classNames),
    [embedding, learned],
  );
  const square = layout?.channels === 1;
  return (
    <>
      <p>
        After step {formatNumber(learned.step)}, {formatNumber(learned.rows)}{" "}
        {learned.split === "train" ? "training" : "validation"} rows
        {learned.classNames.length > 0 && (
          <>
            : <strong>{formatNumber((100 * learned.right) / learned.rows)} %</strong> are right
          </>
        )}
        .
      </p>
      {pictures !== null && (
        <PlanePictures pictures={pictures} label="Decision boundary of these weights" heading="h3" />
      )}
      {learned.classNames.length > 0 && <ClassesPart learned={learned} />}
      {regressions.map((one) => (
        <RegressionPart key={one.name} regression={one} />
      ))}
      <ImportancePart learned={learned} />
      {firstLayer.length > 0 && square && (
        <section className={classes["part"]} aria-label="First layer">
          <h3>First layer's weights</h3>
          <p className={classes["quiet"]}>
            {firstLayer.length < firstLayerUnits
              ? `${firstLayer.length} of ${firstLayerUnits} units`
              : `${firstLayerUnits} units`}
            ; blue below 0, orange above, each on its own scale
          </p>
          <ul className={classes["images"]}>
            {firstLayer.map((values, unit) => (
              <li key={unit}>
                <PixelImage values={values} layout={layout} label={`weights into unit ${unit + 1}`} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {figure === null ? (
        embeddingNote !== "" && (
          <p className={classes["quiet"]}>No map of the last hidden layer: {embeddingNote}</p>
        )
      ) : (
        <section className={classes["part"]}>
          <ChartFigure figure={figure} />
        </section>
      )}
    </>
  );
}
