import { createStore } from "../../store/create-store.ts";

/** Whether the page of all lessons stands where the open notebook does otherwise. */
export const courseShownStore = createStore(false);
