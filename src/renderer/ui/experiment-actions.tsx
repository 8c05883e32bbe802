import { Button } from "@mantine/core";
import { Play, RotateCcw, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { ForecastNote } from "./forecast-note.tsx";
import { isRefused, useBusyReason, type AskedForecast } from "./use-forecast.ts";

interface ExperimentActionsProps<Settings, Forecast> {
  /** The command that the primary button is: menu, palette and keys press it. */
  readonly command: string;
  readonly label: string;
  readonly icon?: LucideIcon;
  /** What would be started; null while a field is not valid. */
  readonly settings: Settings | null;
  readonly forecast: AskedForecast<Forecast>;
  readonly onStart: (settings: Settings) => void;
  /** Given where a setting differs from its default. */
  readonly onReset?: (() => void) | undefined;
  /** The forecast in words, where it is not a refusal. */
  readonly children: (forecast: Forecast) => ReactNode;
}

/** The primary button of an experiment, what it will need, and the way back to the defaults. */
export function ExperimentActions<Settings, Forecast>({
  command,
  label,
  icon: Icon = Play,
  settings,
  forecast,
  onStart,
  onReset,
  children,
}: ExperimentActionsProps<Settings, Forecast>) {
  const busy = useBusyReason();
  return (
    <>
      <Button
        data-action={command}
        size="sm"
        leftSection={<Icon size="1rem" aria-hidden="true" />}
        disabled={busy !== undefined || settings === null || isRefused(forecast)}
        title={busy}
        onClick={() => {
          if (settings !== null) onStart(settings);
        }}
      >
        {label}
      </Button>
      <ForecastNote forecast={forecast}>{children}</ForecastNote>
      {onReset !== undefined && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<RotateCcw size="0.875rem" aria-hidden="true" />}
          onClick={onReset}
        >
          Reset to defaults
        </Button>
      )}
    </>
  );
}
