import { counted } from "../../../core/counted.ts";
import { Button, NativeSelect } from "@mantine/core";
import { Eye, Save } from "lucide-react";
import { useMemo, useState } from "react";
import {
  keptStep,
  NAMED_WEIGHTS,
  type Learned,
  type WeightsChoice,
} from "../../../shared/experiments/learned.ts";
import { ask } from "../../bridge/lab.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { formatNumber } from "../../../shared/format/number.ts";
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
import { TestScorePart } from "./test-score-part.tsx";

/** Classes that marks of a chart tell apart. */
const MOST_MARKED = 10;

const NAMES: Readonly<Record<(typeof NAMED_WEIGHTS)[number], string>> = {
  final: "weights at the end",
  latest: "weights where it was cut short",
  best: "weights of the lowest validation loss",
};
const NO_CHOICES: readonly WeightsChoice[] = [];

function nameOf(weights: WeightsChoice): string {
  const named = NAMED_WEIGHTS.find((name) => name === weights);
  return named === undefined
    ? `weights kept after step ${formatNumber(keptStep(weights) ?? NaN)}`
    : NAMES[named];
}

/** What a training's network has learned; asked for when the person wants it. */
export function LearnedPart({ runId }: { readonly runId: string }) {
  const [chosen, setChosen] = useState<WeightsChoice | null>(null);
  const input = useMemo(() => ({ runId }), [runId]);
  const answer = useAnswer(window.lab.learnedWeights, input, null, 0);
  const choices = answer.kind === "known" ? answer.value : NO_CHOICES;
  const weights = chosen ?? choices[0] ?? null;
  const learned = useStore(learnedStore);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const shown = learned?.runId === runId && learned.weights === weights ? learned : null;
  const save = (format: "safetensors" | "npy"): void => {
    if (weights !== null) void saveWeights(ask(window.lab.learnedSaveWeights({ runId, weights, format })));
  };
  return (
    <section className={classes["learned"]} aria-label="What it learned">
      <div className={classes["row"]}>
        <h2>What it learned</h2>
        <NativeSelect
          size="xs"
          w="18rem"
          aria-label="Weights to look at"
          value={weights ?? ""}
          disabled={weights === null}
          data={choices.map((value) => ({ value, label: nameOf(value) }))}
          onChange={(event) =>
            setChosen(choices.find((choice) => choice === event.currentTarget.value) ?? null)
          }
        />
        <Button
          size="xs"
          leftSection={<Eye size="0.875rem" aria-hidden="true" />}
          disabled={busy || weights === null}
          onClick={() => {
            if (weights !== null) void inspectTraining(runId, weights);
          }}
        >
          {shown === null ? "Look at it" : "Look again"}
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={weights === null}
          leftSection={<Save size="0.875rem" aria-hidden="true" />}
          onClick={() => save("safetensors")}
        >
          Save as .safetensors
        </Button>
        <Button variant="default" size="xs" disabled={weights === null} onClick={() => save("npy")}>
          Save as .npy folder
        </Button>
      </div>
      {answer.kind === "failed" && <p className={classes["quiet"]}>{answer.error.message}</p>}
      <TestScorePart
        runId={runId}
        weights={weights}
        noWeights={answer.kind === "known" && weights === null ? "This run has kept no weights." : ""}
        busy={busy}
      />
      {shown !== null && (
        <>
          <Inspected learned={shown} />
          {shown.layout?.height === 28 && shown.layout.width === 28 && shown.layout.channels === 1 && (
            <DigitPad runId={runId} weights={shown.weights} />
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
              : counted(firstLayerUnits, "unit")}
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
