import type { BufferTensor } from "./lowered.ts";

const isBufferTensor = (value: object): value is BufferTensor => "buffer" in value && "dtype" in value;

/** An op with every tensor in it replaced. */
export function mapTensors(value: unknown, change: (tensor: BufferTensor) => object): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isBufferTensor(value)) return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapTensors(item, change));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTensors(inner, change)]));
}
