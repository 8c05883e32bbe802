import { expect, test } from "vitest";
import { groupDigits, grouped, significant } from "../../../src/core/grouped.ts";

test.each([
  0, 7, 12, 123, 1_234, 12_345, 123_456, 1_234_567, 4_294_967_295, -1, -123, -1_234, -123_456, 0.5, 1_234.5,
])("grouped(%d) groups as the language does", (value) => {
  expect(grouped(value)).toBe(value.toLocaleString("en"));
});

test("every decimal is kept, and what has an exponent stays as it is", () => {
  expect(grouped(0.9999)).toBe("0.9999");
  expect(grouped(12_345.678_901)).toBe("12,345.678901");
  expect(grouped(1e-12)).toBe("1e-12");
  expect(grouped(1e21)).toBe("1e+21");
  expect(grouped(Number.NaN)).toBe("NaN");
  expect(grouped(Number.POSITIVE_INFINITY)).toBe("Infinity");
  expect(groupDigits("1000.000")).toBe("1,000.000");
});

test("significant digits have no power of ten where a number is large", () => {
  expect([0.5, 12.34, 2_784, -1_234_567, 1e-7].map((value) => significant(value, 3))).toEqual([
    "0.500",
    "12.3",
    "2,780",
    "-1,230,000",
    "1.00e-7",
  ]);
});
