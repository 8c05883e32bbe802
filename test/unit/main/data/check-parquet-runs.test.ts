import { expect, it } from "vitest";
import { checkParquetRuns, type ValuePage } from "../../../../src/main/data/check-parquet-runs.ts";

const COLUMN = { codec: "UNCOMPRESSED" } as Parameters<typeof checkParquetRuns>[1];
const check = (page: Partial<ValuePage> & { readonly packed: Uint8Array }, optional = false): void => {
  checkParquetRuns(
    {
      version: 1,
      values: 10,
      encoding: 8,
      unpackedBytes: page.packed.length,
      levelBytes: { repetition: 0, definition: 0 },
      isPacked: false,
      ...page,
    },
    COLUMN,
    { optional, compressors: {} },
  );
};

const TEN_TIMES = [20, 1];
/** 2³⁰ times. */
const ENDLESS = [0x80, 0x80, 0x80, 0x80, 0x08, 1];
const LEVELS = [2, 0, 0, 0, ...TEN_TIMES];

it("takes runs and groups that fill the page", () => {
  check({ packed: Uint8Array.of(1, ...TEN_TIMES) });
  check({ packed: Uint8Array.of(1, 12, 1, 3, 0b1111) });
  check({ packed: Uint8Array.of(...LEVELS, 1, ...TEN_TIMES) }, true);
  check({ version: 2, encoding: 3, packed: Uint8Array.of(2, 0, 0, 0, ...TEN_TIMES) });
});

it.each([
  ["of a dictionary's places", { packed: Uint8Array.of(1, ...ENDLESS) }, false],
  ["of booleans", { encoding: 3, packed: Uint8Array.of(6, 0, 0, 0, ...ENDLESS) }, false],
  ["of levels", { packed: Uint8Array.of(6, 0, 0, 0, ...ENDLESS, 1, ...TEN_TIMES) }, true],
  [
    "of levels outside of what is packed",
    {
      version: 2,
      levelBytes: { repetition: 0, definition: 6 },
      packed: Uint8Array.of(...ENDLESS, 1, ...TEN_TIMES),
    },
    true,
  ],
  ["of groups without bits", { packed: Uint8Array.of(0, 0x81, 0x80, 0x80, 0x80, 0x08) }, false],
] as const)("refuses an endless run %s", (_what, page, optional) => {
  expect(() => {
    check(page, optional);
  }).toThrow(/a run claims \d+ values where a page has 10 left/);
});

it("refuses a run that is cut short, values of 40 bits and an unknown encoding", () => {
  expect(() => {
    check({ packed: Uint8Array.of(1, 0x80) });
  }).toThrow("a run has no end");
  expect(() => {
    check({ packed: Uint8Array.of(40, ...TEN_TIMES) });
  }).toThrow("values of 40 bits");
  expect(() => {
    check({ encoding: 77, packed: Uint8Array.of(1, ...TEN_TIMES) });
  }).toThrow("the unknown encoding 77");
});
