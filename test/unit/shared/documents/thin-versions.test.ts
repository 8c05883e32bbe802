import fc from "fast-check";
import { expect, test } from "vitest";
import type { DocumentVersion } from "../../../../src/shared/documents/document-records.ts";
import { thinVersions } from "../../../../src/shared/documents/thin-versions.ts";

const HOUR_MS = 3_600_000;
const now = new Date("2026-11-27T12:00:00.000Z");

const versionsAt = (hoursAgo: readonly number[]): DocumentVersion[] =>
  [...hoursAgo]
    .sort((a, b) => b - a)
    .map((hours, at) => ({
      version: at + 1,
      at: new Date(now.getTime() - hours * HOUR_MS).toISOString(),
      name: null,
      origin: "edit",
      cells: 1,
      sizeBytes: 1,
    }));

test("all of a day stay, one an hour for 30 days, one a day after that", () => {
  const versions = versionsAt([0.1, 0.2, 0.3, 47.6, 47.7, 46.2, 24 * 40, 24 * 40 + 1, 24 * 41]);
  const gone = new Set(thinVersions(versions, now));
  const kept = versions.filter(({ version }) => !gone.has(version)).map(({ at }) => at);
  expect(kept).toStrictEqual(versionsAt([0.1, 0.2, 0.3, 47.6, 46.2, 24 * 40, 24 * 41]).map(({ at }) => at));
});

test("thinning twice is thinning once; the newest and the named stay", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: 0, max: 5_000, noNaN: true }), fc.boolean()), { maxLength: 60 }),
      (drawn) => {
        const versions = versionsAt(drawn.map(([hours]) => hours)).map((version, at) => ({
          ...version,
          name: drawn[at]?.[1] ? "named" : null,
        }));
        const gone = new Set(thinVersions(versions, now));
        const kept = versions.filter(({ version }) => !gone.has(version));
        expect(thinVersions(kept, now)).toStrictEqual([]);
        expect(versions.filter(({ name }) => name !== null).every(({ version }) => !gone.has(version))).toBe(
          true,
        );
        expect(gone.has(versions.length)).toBe(false);
      },
    ),
  );
});
