import { openStore } from "../../../src/main/store/open/open-store.ts";
import { emptyTrashInPlace } from "../../../src/main/store/thread/empty-trash-in-place.ts";
import { nativeBinding } from "./recorded-values.ts";

/** Run as a process of its own: empties the trash of the database named on the command line, whose disk is full. */
const [, , path = "", ...runIds] = process.argv;
const store = openStore({ path, nativeBinding });
process.stdout.write(store.readOnly ? "begun\n" : "not full\n");
const where = { path, checkpointsFolder: store.checkpointsFolder };
store.close();
emptyTrashInPlace(where, runIds, nativeBinding);
