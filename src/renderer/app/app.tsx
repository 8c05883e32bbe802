import { MantineProvider } from "@mantine/core";
import { useEffect, useState } from "react";
import { readChartTheme, type ChartTheme } from "../charts/kit/chart-theme.ts";
import { ChartThemeContext } from "../charts/kit/use-chart-theme.ts";
import { usePreferences } from "../preferences/preferences.ts";
import { useAppearance } from "../preferences/use-appearance.ts";
import { LAB_CSS_VARIABLES, LAB_THEME } from "../theme/lab-theme.ts";
import { pageNonce } from "../theme/page-nonce.ts";
import { RunPartsContext } from "../ui/run-part.ts";
import { Frame } from "./frame.tsx";
import { usePresentation } from "./presentation.ts";
import { RUN_KINDS } from "./view-parts.ts";

export function App() {
  const { projector } = usePreferences();
  const presenting = usePresentation();
  const large = projector || presenting;
  const scheme = useAppearance(large);
  return (
    <MantineProvider
      theme={LAB_THEME}
      cssVariablesResolver={LAB_CSS_VARIABLES}
      forceColorScheme={scheme}
      getStyleNonce={pageNonce}
    >
      <WithChartTheme scheme={scheme} large={large}>
        <RunPartsContext value={RUN_KINDS}>
          <Frame />
        </RunPartsContext>
      </WithChartTheme>
    </MantineProvider>
  );
}

interface WithChartThemeProps {
  readonly scheme: "light" | "dark";
  readonly large: boolean;
  readonly children: React.ReactNode;
}

/** Canvases have no style sheet: they get the tokens after the page has them. */
function WithChartTheme({ scheme, large, children }: WithChartThemeProps) {
  const [theme, setTheme] = useState<ChartTheme | null>(null);
  useEffect(() => {
    // The provider sets its attribute in an effect of its own, in the same frame.
    const frame = requestAnimationFrame(() => setTheme(readChartTheme(scheme)));
    return () => cancelAnimationFrame(frame);
  }, [scheme, large]);
  return theme === null ? null : <ChartThemeContext value={theme}>{children}</ChartThemeContext>;
}
