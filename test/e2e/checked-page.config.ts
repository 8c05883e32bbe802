import { defineConfig, mergeConfig } from "vite";
import labConfig from "../../electron.vite.config.ts";

/** The page that ships, but with the React that warns: of keys given twice, of updates at the wrong time. */
export default defineConfig(
  mergeConfig(labConfig.renderer ?? {}, { mode: "development", build: { minify: false } }),
);
