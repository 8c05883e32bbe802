import { hash32, hashKey } from "../../../core/random/hash.ts";
import { shiftOf } from "../../../core/random/shift.ts";
import { floatsOf, rowLength } from "./blocks.ts";
import { FETCHED_ROWS, SHORT_ROW_BYTES } from "../primitives/conversions.ts";
import { columnsOfStripes } from "../../../core/ops/sharding.ts";
import type { CompiledKernel, Kernel, KernelContext } from "./kernel.ts";

/** Rows between two heartbeats. */
const ROWS = 512;

/** The columns of rows of `length` that a worker picks: all of its own rows, or its own of all `batchSize` rows. */
function pickedPart(byInputs: boolean, length: number, batchSize: number, context: KernelContext) {
  if (!byInputs) {
    return { column: 0, columns: length, ofRows: (visit: CompiledKernel["run"]) => ({ run: visit }) };
  }
  const { first, end } = columnsOfStripes(context, length);
  return {
    column: first,
    columns: end - first,
    // Nothing shares a group with it: all its items come at once.
    ofRows: (visit: CompiledKernel["run"]) => ({
      run: () => {
        visit(0, batchSize);
      },
    }),
  };
}

export const gatherRows: Kernel<"gatherRows"> = ({ x, indices, out, byInputs = false }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const rows = context.view(indices, "int32");
  const length = rowLength(x.shape);
  const [batchSize = 0] = out.shape;
  const { column, columns, ofRows } = pickedPart(byInputs, length, batchSize, context);
  return ofRows((begin, end) => {
    const first = context.repeat() * batchSize;
    if (length === 1) {
      const picked = rows.byteOffset + 4 * (first + begin);
      context.kernels.gatherFloats(source, picked, target + 4 * begin, end - begin);
      return;
    }
    for (let row = begin; row < end; row++) {
      const from = source + 4 * (rows[first + row]! * length + column);
      context.kernels.copyRows(1, 4 * columns, from, 0, target + 4 * (row * length + column), 0);
    }
  });
};

export const gatherBytes: Kernel<"gatherBytes"> = (op, context) => {
  const { bytes, values, indices, out, affine, byInputs = false } = op;
  const table = floatsOf(values, context);
  const rows = indices === null ? null : context.view(indices, "int32");
  const length = rowLength(bytes.shape);
  const [batchSize = 0] = out.shape;
  const { column, columns, ofRows } = pickedPart(byInputs, length, batchSize, context);
  const source = context.view(bytes, "uint8").byteOffset + column;
  const target = floatsOf(out, context) + 4 * column;
  const fetchedRows = columns <= SHORT_ROW_BYTES ? FETCHED_ROWS : 1;
  const place = (at: number): number => source + (rows === null ? at : rows[at]!) * length;
  /** Rows [row, end) of the batch that begins with the first of `rows` or of the bytes. */
  const convert = (first: number, row: number, end: number): void => {
    const to = target + 4 * row * length;
    const { kernels } = context;
    if (affine === null) {
      for (let at = row; at < end; at++) {
        if ((at - row) % fetchedRows === 0) {
          const fetchedEnd = Math.min(end, at + fetchedRows);
          for (let next = at; next < fetchedEnd; next++) kernels.touchBytes(place(first + next), columns);
        }
        kernels.lookUpBytes(place(first + at), target + 4 * at * length, columns, table);
      }
      return;
    }
    const { scale, offset, scaleRest, offsetRest } = affine;
    if (rows === null) {
      // Only picked rows are split by columns.
      const from = source + row * length;
      kernels.affineBytes(from, to, (end - row) * length, scale, offset, scaleRest, offsetRest);
      return;
    }
    const picked = rows.byteOffset + 4 * (first + row);
    kernels.affineRows(source, picked, end - row, length, columns, to, scale, offset, scaleRest, offsetRest);
  };
  return ofRows((begin, end) => {
    const first = rows === null ? 0 : context.repeat() * batchSize;
    for (let row = begin; row < end; row += ROWS) {
      context.control.beat();
      convert(first, row, Math.min(end, row + ROWS));
    }
  });
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
