import { Button, Popover } from "@mantine/core";
import { useState } from "react";
import { RUN_COLOURS } from "../../shared/runs/run-records.ts";
import { seriesColour } from "../charts/kit/chart-theme.ts";
import { useChartTheme } from "../charts/kit/use-chart-theme.ts";
import classes from "./table/run-grid.module.css";

/** Names of the charts' colours: a colour is never told by itself alone. */
const NAMES = ["blue", "orange", "green", "pink", "ochre", "ink"] as const;

export const colourName = (colour: number): string => NAMES[colour] ?? `colour ${colour + 1}`;

/** The colour that a person gave a run, as a dot with its name; nothing where none was given. */
export function RunColour({ colour }: { readonly colour: number | null }) {
  const theme = useChartTheme();
  if (colour === null) return null;
  return (
    <span
      className={classes["dot"]}
      role="img"
      aria-label={colourName(colour)}
      title={colourName(colour)}
      style={{ background: seriesColour(theme, colour) }}
    />
  );
}

interface ColourChoiceProps {
  readonly colour: number | null;
  readonly onChoose: (colour: number | null) => void;
  readonly disabled?: boolean;
}

/** One of the charts' colours, or none. */
export function ColourChoice({ colour, onChoose, disabled = false }: ColourChoiceProps) {
  const [open, setOpen] = useState(false);
  const choose = (chosen: number | null) => {
    setOpen(false);
    onChoose(chosen);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" disabled={disabled} onClick={() => setOpen(!open)}>
          <RunColour colour={colour} />
          <span className={classes["afterDot"]}>Colour</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes["colours"]} role="group" aria-label="Colour of the run">
          {Array.from({ length: RUN_COLOURS }, (_, index) => (
            <Button
              key={index}
              variant={index === colour ? "light" : "subtle"}
              color="gray"
              size="xs"
              justify="flex-start"
              leftSection={<RunColour colour={index} />}
              aria-pressed={index === colour}
              onClick={() => choose(index)}
            >
              {colourName(index)}
            </Button>
          ))}
          <Button variant="subtle" color="gray" size="xs" justify="flex-start" onClick={() => choose(null)}>
            no colour
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
