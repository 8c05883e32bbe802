import "@mantine/core/styles.css";
import "katex/dist/katex.min.css";
import "./theme/tokens.css";
import "./theme/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { loadPreferences } from "./preferences/preferences.ts";
import { restoreLastResults } from "./app/last-results.ts";
import { connectRecent } from "./app/recent-files.ts";
import { VIEW_PARTS } from "./app/view-parts.ts";
import { connectLab } from "./store/lab-store.ts";
import { copyExactNumbers } from "./ui/copy-exact.ts";

const root = document.getElementById("root");
if (root === null) throw new Error('index.html has no element with the id "root": build the app again');

loadPreferences();
restoreLastResults();
connectLab();
connectRecent();
for (const { connect } of Object.values(VIEW_PARTS)) connect?.();
copyExactNumbers();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
