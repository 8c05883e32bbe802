/**
 * Unwinds an experiment that was cancelled. Cancelling is a result, not an error: whoever starts an experiment
 * catches this and records the run as cancelled with what it had.
 */
export class ExperimentCancelled extends Error {
  override readonly name = "ExperimentCancelled";
}
