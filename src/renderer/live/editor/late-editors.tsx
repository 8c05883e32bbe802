import { lateComponent } from "../../ui/late-component.tsx";
import { StaticText } from "./static-text.tsx";

/** The editor's code is 0.7 MB, which a notebook that is only read does without. */
export const { Component: CellEditor, preload: preloadCellEditor } = lateComponent(
  async () => (await import("./cell-editor.tsx")).CellEditor,
  ({ source }) => <StaticText source={source} coloured={false} onPress={() => undefined} />,
);
export const { Component: PartEditor } = lateComponent(
  async () => (await import("./part-editor.tsx")).PartEditor,
);
export const { Component: TextDiff } = lateComponent(
  async () => (await import("../dialogs/text-diff.tsx")).TextDiff,
);
