import { useMediaQuery } from "@mantine/hooks";
import { useEffect } from "react";
import { usePreferences } from "./preferences.ts";

/** The theme in use; also puts projector scale and motion on the root element, where tokens.css reads them. */
export function useAppearance(): "light" | "dark" {
  const { theme, projector, motion } = usePreferences();
  const systemDark = useMediaQuery(
    "(prefers-color-scheme: dark)",
    matchMedia("(prefers-color-scheme: dark)").matches,
  );
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset["projector"] = String(projector);
    dataset["motion"] = motion;
  }, [projector, motion]);
  return theme === "system" ? (systemDark ? "dark" : "light") : theme;
}

/** True where charts and scrolling must not move. */
export function useReducedMotion(): boolean {
  const { motion } = usePreferences();
  const system = useMediaQuery("(prefers-reduced-motion: reduce)", false);
  return motion === "reduced" || system;
}
