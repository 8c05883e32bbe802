import { Button, Kbd, Tooltip } from "@mantine/core";
import { Search } from "lucide-react";
import { DropTarget } from "../exchange/drop-target.tsx";
import { Activity, memo, useEffect, useRef, useState } from "react";
import { ActivityBar } from "./activity-bar.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { FocusKeeper } from "./focus-keeper.ts";
import { LiveRegion } from "./live-region.tsx";
import { Navigation } from "./navigation.tsx";
import { openOverlay } from "./overlays.ts";
import { usePresentation } from "./presentation.ts";
import { keepFocusInView, VIEW_ELEMENT_ID } from "../ui/focus-view.ts";
import { shortcutText } from "../ui/shortcut.ts";
import { ShortcutSheet } from "./shortcut-sheet.tsx";
import { Toasts } from "./toasts.tsx";
import { Tour } from "./tour.tsx";
import { useCommands } from "./use-commands.ts";
import { ViewBoundary } from "./view-boundary.tsx";
import { VIEW_PARTS } from "./view-parts.ts";
import { useShownView, VIEWS, type ViewId } from "./views.ts";
import classes from "./frame.module.css";

/** The page waits for main meanwhile, and would take each pause for rest. */
const PRELOAD_AFTER_MS = 1_000;

export function Frame() {
  useCommands();
  const shown = useShownView();
  const visited = useVisited(shown);
  const presenting = usePresentation();
  useEffect(preloadViews, []);
  useEffect(() => {
    document.documentElement.dataset["presenting"] = String(presenting);
    if (presenting) keepFocusInView();
  }, [presenting]);
  const title = VIEWS.find(({ id }) => id === shown)?.label ?? "";
  return (
    <div className={classes["frame"]}>
      <a className={classes["skip"]} href={`#${VIEW_ELEMENT_ID}`}>
        Skip to the view
      </a>
      {!presenting && <Navigation />}
      <header className={classes["top"]}>
        <h1>{title}</h1>
        <ActivityBar />
        <Tooltip label="Find a command">
          <Button
            variant="subtle"
            color="gray"
            aria-label="Command palette"
            leftSection={<Search size="0.875rem" aria-hidden="true" />}
            onClick={() => openOverlay("palette")}
          >
            <Kbd size="xs">{shortcutText({ key: "k", mod: true })}</Kbd>
          </Button>
        </Tooltip>
      </header>
      {!presenting && <Tour />}
      <main id={VIEW_ELEMENT_ID} className={classes["view"]} tabIndex={-1}>
        {VIEWS.filter(({ id }) => visited.has(id)).map(({ id, label }) => (
          // Hidden, not gone: what was typed, opened and scrolled is there on return, and nothing ticks meanwhile.
          <Activity key={id} mode={id === shown ? "visible" : "hidden"}>
            <Pane id={id} label={label} />
          </Activity>
        ))}
      </main>
      <CommandPalette />
      <ShortcutSheet />
      <div id="hints" className={classes["hints"]} role="region" aria-label="Hints" />
      <DropTarget />
      <Toasts />
      <LiveRegion />
      <FocusKeeper />
    </div>
  );
}

/** Drawn anew only by what it shows itself: otherwise each change of views would draw every view visited before. */
const Pane = memo(function Pane({ id, label }: { readonly id: ViewId; readonly label: string }) {
  const { View } = VIEW_PARTS[id];
  return (
    <div className={classes["pane"]}>
      <ViewBoundary name={label}>
        <View />
      </ViewBoundary>
    </div>
  );
});

/** Once the first view stands, the code of the others is fetched: each then opens at once. */
function preloadViews(): () => void {
  let idle = 0;
  const timer = setTimeout(() => {
    idle = requestIdleCallback(() => {
      for (const { preload } of Object.values(VIEW_PARTS)) {
        // What cannot be fetched says so when it is shown.
        preload().catch(() => undefined);
      }
    });
  }, PRELOAD_AFTER_MS);
  return () => {
    clearTimeout(timer);
    cancelIdleCallback(idle);
  };
}

/** Views are built when they are first shown. */
function useVisited(shown: ViewId): ReadonlySet<ViewId> {
  const [visited, setVisited] = useState<ReadonlySet<ViewId>>(new Set([shown]));
  if (!visited.has(shown)) setVisited(new Set([...visited, shown]));
  useEffect(() => {
    document.title = `${VIEWS.find(({ id }) => id === shown)?.label ?? ""} – Backprop Lab`;
  }, [shown]);
  const before = useRef(shown);
  useEffect(() => {
    if (before.current !== shown) keepFocusInView();
    before.current = shown;
  }, [shown]);
  return visited;
}
