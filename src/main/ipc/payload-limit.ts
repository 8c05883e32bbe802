const MAX_BYTES = 110_000_000;
const MAX_VALUES = 200_000;
const MAX_DEPTH = 16;

/**
 * Why a payload is refused before any schema looks at it, or null when its size is acceptable. Schemas describe
 * each call; this bounds what they have to walk. The largest honest payload is a 50-million-character CSV.
 */
export function oversized(payload: unknown): string | null {
  let bytes = 0;
  let values = 0;
  const visit = (value: unknown, depth: number): string | null => {
    values += 1;
    if (values > MAX_VALUES) return `more than ${MAX_VALUES} values`;
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
    if (typeof value === "string") bytes += value.length * 2;
    else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) bytes += value.byteLength;
    if (bytes > MAX_BYTES) return `more than ${MAX_BYTES} bytes`;
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return null;
    const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
    for (const child of children) {
      const reason = visit(child, depth + 1);
      if (reason !== null) return reason;
    }
    return null;
  };
  return visit(payload, 0);
}
