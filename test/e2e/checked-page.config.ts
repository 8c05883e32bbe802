import { defineConfig, mergeConfig } from "vite";
import labConfig from "../../electron.vite.config.ts";

/**
 * The page that ships, but with the React that warns: of keys given twice, of updates at the wrong time. Without its
 * timings for the profiler, which compare all that components were given and take longer than a live chart has.
 */
export default defineConfig(
  mergeConfig(labConfig.renderer ?? {}, {
    mode: "development",
    define: { "console.timeStamp": "undefined" },
    build: { minify: false },
  }),
);
