import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../../../../src/core/errors.ts";
import { Arena, arenaBytes } from "../../../../src/main/engine/arena.ts";
import { CountingAllocator } from "../../../../src/main/engine/counting-allocator.ts";
import { ARENA_START_BYTES } from "../../../../src/shared/engine/worker-tasks.ts";

describe("Arena.allocate()", () => {
  it("never hands out the same byte twice, aligns, and reuses what was released", () => {
    const step = fc.oneof(
      fc.record({ allocate: fc.integer({ min: 0, max: 20_000 }) }),
      fc.record({ release: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const arena = new Arena();
        const live: { offset: number; size: number }[] = [];
        for (const each of steps) {
          if ("allocate" in each) {
            const offset = arena.allocate(each.allocate);
            expect(offset % 64).toBe(0);
            expect(offset).toBeGreaterThanOrEqual(ARENA_START_BYTES);
            expect(offset + each.allocate).toBeLessThanOrEqual(arena.committedBytes);
            for (const other of live) {
              const apart = offset + each.allocate <= other.offset || other.offset + other.size <= offset;
              expect(apart).toBe(true);
            }
            live.push({ offset, size: each.allocate });
          } else if (live.length > 0) {
            const [gone] = live.splice(each.release % live.length, 1);
            arena.release(gone.offset);
          }
        }
        for (const { offset } of live) arena.release(offset);
        expect(arena.usedBytes).toBe(0);
        expect(arena.allocations).toBe(0);
        expect(arena.allocate(1)).toBe(ARENA_START_BYTES);
      }),
      { numRuns: 60 },
    );
  });

  it("throws OutOfMemoryError when the address space ends, and stays usable", () => {
    const arena = new Arena();
    expect(() => arena.allocate(5e9)).toThrow(OutOfMemoryError);
    expect(arena.usedBytes).toBe(0);
    expect(arena.allocate(100)).toBe(ARENA_START_BYTES);
  });
});

describe("Arena.release()", () => {
  it("refuses a double release", () => {
    const arena = new Arena();
    const offset = arena.allocate(10);
    arena.release(offset);
    expect(() => {
      arena.release(offset);
    }).toThrow(/nothing is allocated/);
  });
});

describe("Scope.release()", () => {
  it("frees all its tensors and may be called twice", () => {
    const arena = new Arena();
    const scope = arena.scope();
    scope.tensor("x", [10, 10]);
    scope.tensor("y", [3], "float64");
    expect(arena.allocations).toBe(2);
    scope.release();
    scope.release();
    expect(arena.usedBytes).toBe(0);
  });
});

it("a meter counts what one activity has at a time: its own, and what it takes over", () => {
  const arena = new Arena();
  const before = arena.allocate(1_000);
  const other = arena.allocate(5_000);
  const meter = arena.meter();
  arena.release(other);
  expect(meter.peakBytes).toBe(0);
  const own = arena.allocate(2_000);
  arena.takeOver(before);
  arena.takeOver(before);
  arena.release(own);
  arena.allocate(100);
  expect(meter.peakBytes).toBe(arenaBytes(1_000) + arenaBytes(2_000));
  // The next activity begins at nothing.
  const next = arena.meter();
  arena.release(before);
  arena.allocate(64);
  expect(next.peakBytes).toBe(arenaBytes(64));
  expect(meter.peakBytes).toBe(arenaBytes(1_000) + arenaBytes(2_000));
});

it("a counting allocator counts as the arena does", () => {
  const [arena, counting] = [new Arena(), new CountingAllocator()];
  const begin = arena.usedBytes;
  for (const allocator of [arena, counting]) {
    const kept = allocator.allocate(777);
    allocator.release(allocator.allocate(123_456));
    expect(allocator.allocate(64)).not.toBe(kept);
  }
  expect(counting.usedBytes).toBe(arena.usedBytes - begin);
});
