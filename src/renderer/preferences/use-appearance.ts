import { useMediaQuery } from "@mantine/hooks";
import { useEffect } from "react";
import { usePreferences } from "./preferences.ts";

/** As in base.css. */
const PROJECTOR_SCALE = 1.4;
/** Below this, and below 1.4 times as much on a projector, words give way to the work. */
const NARROW_PX = 1024;

/**
 * The theme in use; also puts scale, motion and a narrow page on the root element, where tokens.css reads them.
 *
 * @param large To be read from the last row.
 */
export function useAppearance(large: boolean): "light" | "dark" {
  const { theme, motion } = usePreferences();
  const systemDark = useMediaQuery(
    "(prefers-color-scheme: dark)",
    matchMedia("(prefers-color-scheme: dark)").matches,
  );
  const narrow = useMediaQuery(`(max-width: ${NARROW_PX * (large ? PROJECTOR_SCALE : 1)}px)`, false);
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset["projector"] = String(large);
    dataset["motion"] = motion;
    dataset["narrow"] = String(narrow);
  }, [large, motion, narrow]);
  return theme === "system" ? (systemDark ? "dark" : "light") : theme;
}

/** True where charts and scrolling must not move. */
export function useReducedMotion(): boolean {
  const { motion } = usePreferences();
  const system = useMediaQuery("(prefers-reduced-motion: reduce)", false);
  return motion === "reduced" || system;
}
