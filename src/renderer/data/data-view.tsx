import { useEffect } from "react";
import { dataInSight, useDropOffer } from "../exchange/dropped.ts";
import { loadDatasets, shownDatasetStore } from "../store/datasets-store.ts";
import { useStore } from "../store/create-store.ts";
import { ViewLayout } from "../ui/view-layout.tsx";
import { DataControls } from "./data-controls.tsx";
import { DatasetPage } from "./dataset-page.tsx";
import { ImportPreviewPart } from "./import-preview.tsx";
import { importStore, previewFiles } from "./import-store.ts";

/** All data sets at the left; what chosen files hold, or what a set holds, at the right. */
export function DataView() {
  const shown = useStore(shownDatasetStore);
  const importing = useStore(importStore);
  useEffect(() => void loadDatasets(), []);
  useEffect(() => {
    // Gone while the view is out of sight.
    dataInSight.set(true);
    return () => dataInSight.set(false);
  }, []);
  useDropOffer("data", ({ files }) => void previewFiles(files));
  return (
    <ViewLayout controls={<DataControls />} controlsLabel="Data sets">
      {importing === null ? (
        <DatasetPage key={shown} id={shown} />
      ) : (
        <ImportPreviewPart importing={importing} />
      )}
    </ViewLayout>
  );
}
