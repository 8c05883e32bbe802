const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** @throws {TypeError} If the bytes are not a PNG image; `failure` says what did not happen. */
export function requirePng(bytes: Uint8Array, failure: string): void {
  if (SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length))) return;
  throw new TypeError(`${failure}: expected the bytes of a PNG image, got something else`);
}
