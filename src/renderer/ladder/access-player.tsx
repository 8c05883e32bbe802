import { ActionIcon } from "@mantine/core";
import { ChevronLeft, ChevronRight, Pause, Play } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useReducedMotion } from "../preferences/use-appearance.ts";
import { AccessPicture } from "./access-picture.tsx";
import { PICTURE, type AccessStep } from "./access-steps.ts";
import classes from "./access-picture.module.css";

/** Long sequences go by faster, short ones stay long enough to be read. */
const SEQUENCE_MS = 14_000;
const FASTEST_MS = 180;
const SLOWEST_MS = 900;

interface AccessPlayerProps {
  readonly name: string;
  readonly steps: readonly AccessStep[];
}

/** What a rung touches, step by step: played, or moved by hand. Where motion is not wanted there is no play. */
export function AccessPlayer({ name, steps }: AccessPlayerProps) {
  const id = useId();
  const still = useReducedMotion();
  const [at, setAt] = useState(0);
  const [wantsPlay, setWantsPlay] = useState(false);
  const playing = wantsPlay && !still;
  const count = steps.length;
  const everyMs = Math.min(SLOWEST_MS, Math.max(FASTEST_MS, SEQUENCE_MS / count));

  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => setAt((now) => (now + 1) % count), everyMs);
    return () => clearInterval(timer);
  }, [playing, count, everyMs]);

  const move = (to: number) => {
    setWantsPlay(false);
    setAt((to + count) % count);
  };
  const text = steps[at]?.text ?? "";
  return (
    <div className={classes["player"]} role="group" aria-label={`Memory access of ${name}`}>
      <AccessPicture steps={steps} at={at} />
      <div className={classes["controls"]}>
        {!still && (
          <ActionIcon
            aria-label={playing ? `Pause: ${name}` : `Play: ${name}`}
            onClick={() => setWantsPlay(!playing)}
          >
            {playing ? <Pause size="1rem" /> : <Play size="1rem" />}
          </ActionIcon>
        )}
        <ActionIcon aria-label={`Step back: ${name}`} onClick={() => move(at - 1)}>
          <ChevronLeft size="1rem" />
        </ActionIcon>
        <input
          type="range"
          min={1}
          max={count}
          value={at + 1}
          aria-label={`Step: ${name}`}
          aria-valuetext={`step ${at + 1} of ${count}: ${text}`}
          aria-describedby={id}
          onChange={(event) => move(Number(event.currentTarget.value) - 1)}
        />
        <ActionIcon aria-label={`Step forward: ${name}`} onClick={() => move(at + 1)}>
          <ChevronRight size="1rem" />
        </ActionIcon>
        <span className={`${classes["count"] ?? ""} mono`}>
          {at + 1}/{count}
        </span>
      </div>
      <p id={id} className={classes["text"]}>
        {text}
      </p>
      <span className="visually-hidden">
        A ({PICTURE.m}, {PICTURE.k}), B ({PICTURE.k}, {PICTURE.n}), C ({PICTURE.m}, {PICTURE.n})
      </span>
    </div>
  );
}
