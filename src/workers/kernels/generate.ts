import binaryen from "binaryen";

/** Rows and columns of a product's tile that a micro-kernel keeps in registers. */
export interface TileShape {
  readonly name: string;
  readonly rows: number;
  /** A multiple of 4, the lanes of a 128-bit vector. */
  readonly columns: number;
  /** Reads A transposed: element (i, k) lies at `a + k * strideA + 4 i` instead of `a + i * strideA + 4 k`. */
  readonly transposedA: boolean;
}

/** Every micro-kernel of the module; gemm.ts looks them up by name. */
export const TILES: readonly TileShape[] = [
  { name: "tile4x8", rows: 4, columns: 8, transposedA: false },
  { name: "tile1x8", rows: 1, columns: 8, transposedA: false },
  { name: "tile4x8TransposedA", rows: 4, columns: 8, transposedA: true },
  { name: "tile1x8TransposedA", rows: 1, columns: 8, transposedA: true },
];

type Expression = number;

/**
 * Adds `tile(depth, a, strideA, b, c, strideC, accumulate)`: C (rows, columns) = A (rows, depth) @ B (depth, columns)
 * or C += … with `accumulate`. Strides in bytes; B is packed, its `columns` values contiguous for each k; depth ≥ 1.
 * One multiply and one add per element in ascending k: the same bits on every CPU.
 */
function addTile(m: binaryen.Module, tile: TileShape): void {
  const { i32, v128 } = binaryen;
  const [depth, a, strideA, b, c, strideC, accumulate] = [0, 1, 2, 3, 4, 5, 6];
  const vectors = tile.columns / 4;
  const firstSum = 7;
  const sum = (row: number, vector: number): number => firstSum + row * vectors + vector;
  const firstB = firstSum + tile.rows * vectors;
  const firstRowPointer = firstB + vectors;
  const broadcast = firstRowPointer + tile.rows;
  const locals = [
    ...Array<binaryen.Type>(tile.rows * vectors + vectors).fill(v128),
    ...Array<binaryen.Type>(tile.rows).fill(i32),
    v128,
  ];
  const get = (index: number): Expression => m.local.get(index, i32);
  const vector = (index: number): Expression => m.local.get(index, v128);
  const rows = Array.from({ length: tile.rows }, (_, row) => row);
  const columns = Array.from({ length: vectors }, (_, column) => column);
  const advance = (pointer: number, bytes: Expression): Expression =>
    m.local.set(pointer, m.i32.add(get(pointer), bytes));
  const rowOf = (base: number, stride: number, row: number): Expression =>
    m.i32.add(get(base), m.i32.mul(get(stride), m.i32.const(row)));

  const loadSums = rows.flatMap((row) => [
    m.local.set(firstRowPointer + row, rowOf(c, strideC, row)),
    ...columns.map((column) =>
      m.local.set(sum(row, column), m.v128.load(16 * column, 4, get(firstRowPointer + row))),
    ),
  ]);
  const pointRows = tile.transposedA
    ? []
    : rows.map((row) => m.local.set(firstRowPointer + row, rowOf(a, strideA, row)));
  const loadB = columns.map((column) => m.local.set(firstB + column, m.v128.load(16 * column, 4, get(b))));
  const multiply = rows.flatMap((row) => [
    m.local.set(
      broadcast,
      tile.transposedA
        ? m.v128.load32_splat(4 * row, 4, get(a))
        : m.v128.load32_splat(0, 4, get(firstRowPointer + row)),
    ),
    ...columns.map((column) =>
      m.local.set(
        sum(row, column),
        m.f32x4.add(vector(sum(row, column)), m.f32x4.mul(vector(broadcast), vector(firstB + column))),
      ),
    ),
  ]);
  const advanceA = tile.transposedA
    ? [advance(a, get(strideA))]
    : rows.map((row) => advance(firstRowPointer + row, m.i32.const(4)));
  const loop = m.loop(
    "depth",
    m.block(null, [
      ...loadB,
      ...multiply,
      ...advanceA,
      advance(b, m.i32.const(4 * tile.columns)),
      m.local.set(depth, m.i32.sub(get(depth), m.i32.const(1))),
      m.br_if("depth", get(depth)),
    ]),
  );
  const storeSums = rows.flatMap((row) => [
    m.local.set(firstRowPointer + row, rowOf(c, strideC, row)),
    ...columns.map((column) =>
      m.v128.store(16 * column, 4, get(firstRowPointer + row), vector(sum(row, column))),
    ),
  ]);
  const body = m.block(null, [
    m.if(get(accumulate), m.block(null, loadSums)),
    ...pointRows,
    loop,
    ...storeSums,
  ]);
  m.addFunction(
    tile.name,
    binaryen.createType(Array<binaryen.Type>(7).fill(i32)),
    binaryen.none,
    locals,
    body,
  );
  m.addFunctionExport(tile.name, tile.name);
}

/**
 * Adds `outer(x, y, target, xCount, yVectors)`: target (xCount, 4 yVectors) = x ⊗ y, one explicit outer product of a
 * row of x with a row of y that is padded to whole vectors.
 */
function addOuter(m: binaryen.Module): void {
  const { i32, v128 } = binaryen;
  const [x, y, target, xCount, yVectors, pointer, left, broadcast] = [0, 1, 2, 3, 4, 5, 6, 7];
  const get = (index: number): Expression => m.local.get(index, i32);
  const advance = (index: number, bytes: number): Expression =>
    m.local.set(index, m.i32.add(get(index), m.i32.const(bytes)));
  const countDown = (index: number): Expression => m.local.set(index, m.i32.sub(get(index), m.i32.const(1)));
  const body = m.loop(
    "rows",
    m.block(null, [
      m.local.set(broadcast, m.v128.load32_splat(0, 4, get(x))),
      m.local.set(pointer, get(y)),
      m.local.set(left, get(yVectors)),
      m.loop(
        "vectors",
        m.block(null, [
          m.v128.store(
            0,
            4,
            get(target),
            m.f32x4.mul(m.v128.load(0, 4, get(pointer)), m.local.get(broadcast, v128)),
          ),
          advance(pointer, 16),
          advance(target, 16),
          countDown(left),
          m.br_if("vectors", get(left)),
        ]),
      ),
      advance(x, 4),
      countDown(xCount),
      m.br_if("rows", get(xCount)),
    ]),
  );
  m.addFunction(
    "outer",
    binaryen.createType(Array<binaryen.Type>(5).fill(i32)),
    binaryen.none,
    [i32, i32, v128],
    body,
  );
  m.addFunctionExport("outer", "outer");
}

/** Adds `add(source, target, vectors)`: target += source, four elements a vector. */
function addAdd(m: binaryen.Module): void {
  const { i32 } = binaryen;
  const [source, target, vectors] = [0, 1, 2];
  const get = (index: number): Expression => m.local.get(index, i32);
  const advance = (index: number): Expression => m.local.set(index, m.i32.add(get(index), m.i32.const(16)));
  const body = m.loop(
    "vectors",
    m.block(null, [
      m.v128.store(
        0,
        4,
        get(target),
        m.f32x4.add(m.v128.load(0, 4, get(target)), m.v128.load(0, 4, get(source))),
      ),
      advance(source),
      advance(target),
      m.local.set(vectors, m.i32.sub(get(vectors), m.i32.const(1))),
      m.br_if("vectors", get(vectors)),
    ]),
  );
  m.addFunction("add", binaryen.createType([i32, i32, i32]), binaryen.none, [], body);
  m.addFunctionExport("add", "add");
}

/** Builds the kernels' WebAssembly module; its memory is the arena, imported as `env.memory`. */
export function generateKernels(): Uint8Array {
  const m = new binaryen.Module();
  m.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.Atomics | binaryen.Features.MutableGlobals);
  m.setMemory(1, 65536, null, [], true);
  m.addMemoryImport("0", "env", "memory", true);
  for (const tile of TILES) addTile(m, tile);
  addOuter(m);
  addAdd(m);
  if (!m.validate()) throw new Error("the generated kernels are not a valid WebAssembly module");
  binaryen.setOptimizeLevel(2);
  m.optimize();
  const bytes = m.emitBinary();
  m.dispose();
  return bytes;
}
