import { createStore } from "./create-store.ts";

/** Whether the views have been given the last results of earlier days; before that none can say that there is nothing. */
export const lastResultsRead = createStore(false);
