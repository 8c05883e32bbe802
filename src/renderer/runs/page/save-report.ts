import { printingStore } from "../../charts/kit/use-near-viewport.ts";
import { ask } from "../../bridge/lab.ts";
import { preferencesStore } from "../../preferences/preferences.ts";
import { saving } from "../../store/save.ts";

/** Charts that were out of sight are drawn within this time. */
const DRAWN_MS = 600;

/** The page as it is now, as PDF: all of it, with every chart, in the light theme. */
export async function saveReport(suggestedName: string): Promise<void> {
  const preferences = preferencesStore.get();
  // Not stored: it is for this one picture.
  preferencesStore.set({ ...preferences, theme: "light", projector: false });
  printingStore.set(true);
  try {
    await new Promise((resolve) => {
      setTimeout(resolve, DRAWN_MS);
    });
    await saving("Report", ask(window.lab.reportSave({ suggestedName })));
  } finally {
    printingStore.set(false);
    preferencesStore.set(preferences);
  }
}
