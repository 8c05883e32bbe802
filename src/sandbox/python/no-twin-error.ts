/** What has no twin in Python, in words. */
export class NoTwinError extends Error {
  override readonly name = "NoTwinError";
}
