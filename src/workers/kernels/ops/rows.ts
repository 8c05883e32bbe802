import { hash32, hashKey } from "../../../core/random/hash.ts";
import { shiftOf } from "../../../core/random/shift.ts";
import { floatsOf, rowLength } from "./blocks.ts";
import { FETCHED_ROWS, SHORT_ROW_BYTES } from "../primitives/conversions.ts";
import type { Kernel } from "./kernel.ts";

/** Rows between two heartbeats. */
const ROWS = 512;

export const gatherRows: Kernel<"gatherRows"> = ({ x, indices, out }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const rows = context.view(indices, "int32");
  const rowBytes = 4 * rowLength(x.shape);
  const [batchSize = 0] = out.shape;
  return {
    run: (begin, end) => {
      const first = context.repeat() * batchSize;
      if (rowBytes === 4) {
        const picked = rows.byteOffset + 4 * (first + begin);
        context.kernels.gatherFloats(source, picked, target + 4 * begin, end - begin);
        return;
      }
      for (let row = begin; row < end; row++) {
        const from = source + rows[first + row]! * rowBytes;
        context.kernels.copyRows(1, rowBytes, from, 0, target + row * rowBytes, 0);
      }
    },
  };
};

export const gatherBytes: Kernel<"gatherBytes"> = ({ bytes, values, indices, out, affine }, context) => {
  const [source, target] = [context.view(bytes, "uint8").byteOffset, floatsOf(out, context)];
  const table = floatsOf(values, context);
  const rows = indices === null ? null : context.view(indices, "int32");
  const length = rowLength(bytes.shape);
  const [batchSize = 0] = out.shape;
  const fetchedRows = length <= SHORT_ROW_BYTES ? FETCHED_ROWS : 1;
  const place = (at: number): number => source + (rows === null ? at : rows[at]!) * length;
  /** Rows [row, end) of the batch that begins with the first of `rows` or of the bytes. */
  const convert = (first: number, row: number, end: number): void => {
    const to = target + 4 * row * length;
    const { kernels } = context;
    if (affine === null) {
      for (let at = row; at < end; at++) {
        if ((at - row) % fetchedRows === 0) {
          const fetchedEnd = Math.min(end, at + fetchedRows);
          for (let next = at; next < fetchedEnd; next++) kernels.touchBytes(place(first + next), length);
        }
        kernels.lookUpBytes(place(first + at), target + 4 * at * length, length, table);
      }
      return;
    }
    const { scale, offset, scaleRest, offsetRest } = affine;
    if (rows === null) {
      const from = source + row * length;
      kernels.affineBytes(from, to, (end - row) * length, scale, offset, scaleRest, offsetRest);
      return;
    }
    const picked = rows.byteOffset + 4 * (first + row);
    kernels.affineRows(source, picked, end - row, length, to, scale, offset, scaleRest, offsetRest);
  };
  return {
    run: (begin, end) => {
      const first = rows === null ? 0 : context.repeat() * batchSize;
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        convert(first, row, Math.min(end, row + ROWS));
      }
    },
  };
};

/** A row at a time: what stays in sight is copied, the rest is filled. */
export const shiftImages: Kernel<"shiftImages"> = (op, context) => {
  const { width, most, fill } = op;
  const pixels = rowLength(op.x.shape);
  const height = pixels / width;
  const source = floatsOf(op.x, context);
  const into = context.view(op.out, "float32");
  const target = into.byteOffset;
  const step = context.view(op.counter, "float64");
  const stride = 4 * width;
  return {
    run: (begin, end) => {
      const key = hashKey(op.seed, step[0]!);
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const { right, down } = shiftOf(hash32(row ^ key), most);
        const first = row * pixels;
        into.fill(fill, first, first + pixels);
        const from = first + Math.max(0, -down) * width + Math.max(0, -right);
        const to = first + Math.max(0, down) * width + Math.max(0, right);
        const rows = height - Math.abs(down);
        const bytes = 4 * (width - Math.abs(right));
        context.kernels.copyRows(rows, bytes, source + 4 * from, stride, target + 4 * to, stride);
      }
    },
  };
};
