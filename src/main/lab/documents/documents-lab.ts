import { ContractError } from "../../../core/errors.ts";

const later = (): never => {
  throw new ContractError("The notebooks' library is being built");
};

/** Notebooks that people keep: their texts. */
export class DocumentsLab {
  readonly list = later;
  readonly create = later;
  readonly open = later;
  readonly keep = later;
  readonly save = later;
  readonly rename = later;
  readonly tag = later;
  readonly trash = later;
  readonly restore = later;
  readonly delete = later;
  readonly trust = later;
  readonly versions = later;
  readonly versionText = later;
  readonly restoreVersion = later;
  readonly nameVersion = later;
  readonly import = later;
  readonly export = later;
}

/** What runs the cells of documents that are open in the window. */
export class SessionLab {
  readonly get = later;
  readonly standings = later;
  readonly forecast = later;
  readonly run = later;
  readonly stop = later;
  readonly restart = later;
  readonly close = later;
  readonly clearOutputs = later;
}
