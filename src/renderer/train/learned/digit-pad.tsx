import { Button } from "@mantine/core";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Prediction, WeightsChoice } from "../../../shared/experiments/learned.ts";
import { ask } from "../../bridge/lab.ts";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { showFailure } from "../../store/lab-store.ts";
import classes from "./learned.module.css";
import { centred } from "./centre-digit.ts";

const SIDE = 28;
/** Radius of the brush in pixels of the image. */
const BRUSH = 1.1;

/** Adds a soft round spot of ink. */
function dab(pixels: Uint8Array, x: number, y: number): void {
  for (let row = Math.max(0, Math.floor(y - 2)); row <= Math.min(SIDE - 1, Math.ceil(y + 2)); row++) {
    for (
      let column = Math.max(0, Math.floor(x - 2));
      column <= Math.min(SIDE - 1, Math.ceil(x + 2));
      column++
    ) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const ink = Math.max(0, Math.min(1, BRUSH + 0.6 - distance)) * 255;
      const at = row * SIDE + column;
      pixels[at] = Math.max(pixels[at] ?? 0, ink);
    }
  }
}

/** One digit after the point: a network is never surer than that means anything. */
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

interface DigitPadProps {
  readonly runId: string;
  readonly weights: WeightsChoice;
}

/** Draw a digit, see at once what the network makes of it. */
export function DigitPad({ runId, weights }: DigitPadProps) {
  const pixels = useRef(new Uint8Array(SIDE * SIDE));
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<HTMLDivElement>(null);
  const last = useRef<{ x: number; y: number } | null>(null);
  const asking = useRef(false);
  const wanted = useRef(false);
  const [prediction, setPrediction] = useState<Prediction | null>(null);
  const [cursor, setCursor] = useState<{ x: number; y: number }>({ x: 14, y: 14 });
  const theme = useChartTheme();

  const paint = useCallback(() => {
    const context = canvas.current?.getContext("2d");
    if (context === undefined || context === null) return;
    context.fillStyle = theme.surface;
    context.fillRect(0, 0, SIDE, SIDE);
    context.fillStyle = theme.ink;
    pixels.current.forEach((value, i) => {
      if (value === 0) return;
      context.globalAlpha = value / 255;
      context.fillRect(i % SIDE, Math.floor(i / SIDE), 1, 1);
    });
    context.globalAlpha = 1;
  }, [theme]);

  /** One question at a time; what is drawn meanwhile is asked afterwards. */
  const predict = useCallback(async () => {
    wanted.current = true;
    if (asking.current) return;
    asking.current = true;
    try {
      while (wanted.current) {
        wanted.current = false;
        const drawn = centred(pixels.current);
        setPrediction(await ask(window.lab.learnedPredict({ runId, weights, pixels: drawn })));
      }
    } catch (error) {
      showFailure("The digit was not recognised", error);
    }
    asking.current = false;
  }, [runId, weights]);

  useEffect(paint, [paint]);
  // What became shorter would let the page slide under the pointer, where it is scrolled to its end.
  useLayoutEffect(() => {
    if (pad.current !== null) pad.current.style.minHeight = `${pad.current.offsetHeight}px`;
  }, [prediction]);
  useEffect(() => {
    if (pixels.current.some((value) => value > 0)) void predict();
  }, [predict]);

  const place = (event: React.PointerEvent<HTMLCanvasElement>): { x: number; y: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * SIDE,
      y: ((event.clientY - box.top) / box.height) * SIDE,
    };
  };
  const draw = (to: { x: number; y: number }): void => {
    const from = last.current ?? to;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) * 2));
    for (let step = 0; step <= steps; step++) {
      const part = step / steps;
      dab(pixels.current, from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part);
    }
    last.current = to;
    paint();
    void predict();
  };
  const clear = (): void => {
    pixels.current.fill(0);
    setPrediction(null);
    paint();
  };
  /** Without a pointer: arrows move the brush, and draw while Space is toggled by Shift. */
  const onKey = (event: React.KeyboardEvent): void => {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    if (event.key === "Delete" || event.key === "Backspace") clear();
    if (move === undefined) return;
    event.preventDefault();
    const next = {
      x: Math.min(SIDE - 1, Math.max(1, cursor.x + move[0])),
      y: Math.min(SIDE - 1, Math.max(1, cursor.y + move[1])),
    };
    setCursor(next);
    last.current = cursor;
    if (!event.shiftKey) draw(next);
    last.current = null;
  };

  const shares = prediction?.probabilities ?? [];
  const best = shares.indexOf(Math.max(...shares));
  return (
    <section className={classes["part"]} aria-label="Draw a digit">
      <h3>Draw a digit</h3>
      <div ref={pad} className={classes["pad"]}>
        <div>
          <canvas
            ref={canvas}
            width={SIDE}
            height={SIDE}
            tabIndex={0}
            role="application"
            aria-label="Drawing area: draw with the pointer, or with the arrow keys; with Shift they move without drawing; Delete clears"
            className={classes["drawing"]}
            onKeyDown={onKey}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              last.current = null;
              draw(place(event));
            }}
            onPointerMove={(event) => {
              if (event.buttons === 1) draw(place(event));
            }}
            onPointerUp={() => {
              last.current = null;
            }}
            onPointerCancel={() => {
              last.current = null;
            }}
          />
          <div className={classes["row"]}>
            <Button variant="default" size="xs" onClick={clear}>
              Clear
            </Button>
            <span className={classes["quiet"]}>brush at {`${cursor.x}, ${cursor.y}`}</span>
          </div>
        </div>
        {prediction === null ? (
          <p className={classes["quiet"]}>
            Draw with the pointer or the arrow keys. The digit is moved to the middle and scaled as MNIST's
            are, then goes through the network.
          </p>
        ) : (
          <div>
            <p role="status">
              {shares.length === 0 ? (
                <>
                  The network says <strong>{formatNumber(prediction.outputs[0] ?? NaN)}</strong>
                </>
              ) : (
                <>
                  The network says <strong>{best}</strong>, {percent(shares[best] ?? 0)}
                </>
              )}
            </p>
            {shares.length > 0 && (
              <table className={classes["bars"]} aria-label="Share of each digit">
                <tbody>
                  {shares.map((share, digit) => (
                    <tr key={digit}>
                      <th scope="row">{digit}</th>
                      <td>
                        <span className={classes["bar"]} style={{ width: `${100 * share}%` }} />
                      </td>
                      <td data-numeric="true">{percent(share)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            {prediction.activations.map(({ title, values }) => (
              <Activations key={title} title={title} values={values} />
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

/** Every unit of a layer as a cell, the stronger the darker. */
function Activations({ title, values }: { readonly title: string; readonly values: readonly number[] }) {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const active = values.filter((value) => value > 0).length;
  return (
    <div className={classes["units"]}>
      <span className={classes["quiet"]}>
        layer {title}: {active} of {values.length} above 0, largest {formatNumber(most, 3)}
      </span>
      <div className={classes["cells"]} role="img" aria-label={`Activations of layer ${title}`}>
        {values.map((value, unit) => (
          <span
            key={unit}
            title={`unit ${unit + 1}: ${formatNumber(value)}`}
            style={{ opacity: most === 0 ? 0.05 : 0.05 + (0.95 * Math.abs(value)) / most }}
          />
        ))}
      </div>
    </div>
  );
}
