import { describe, expect, it } from "vitest";
import { ladderNotes } from "../../../../src/renderer/ladder/ladder-notes.ts";
import { LESSON, measured, skipped } from "./recorded-rungs.ts";

describe("ladderNotes()", () => {
  it("says that rung 7 is slower on a small product, and why", () => {
    const over = { value: 0.1, lo: 0.09, hi: 0.11 };
    const notes = ladderNotes(
      [measured("kernel", 0.002), measured("sharded", 0.02, { threads: 2, overPrevious: over })],
      LESSON,
    );
    expect(notes).toEqual([
      "Rung 7 (sharded) is slower than rung 6 on this shape: 39,200 multiply-adds are too few to shard. Waking 2 workers and waiting for the last of them takes longer than the product itself.",
    ]);
  });

  it("says of one thread that there is nobody to share with, not that one worker is woken", () => {
    const over = { value: 1, lo: 0.9, hi: 1.1 };
    const [note] = ladderNotes(
      [measured("kernel", 0.002), measured("sharded", 0.002, { threads: 1, overPrevious: over })],
      LESSON,
    );
    expect(note).toBe(
      "Rung 7 (sharded) is no faster than rung 6 on this shape: on one thread there is no other worker to share it with.",
    );
  });

  it("takes main's reason where there is one", () => {
    const sharded = measured("sharded", 0.02, {
      overPrevious: { value: 1, lo: 0.9, hi: 1.1 },
      note: "cut after 10 s: 5 of 50 samples; left to one worker",
    });
    const [note] = ladderNotes([measured("kernel", 0.002), sharded], LESSON);
    expect(note).toBe("Rung 7 (sharded) is no faster than rung 6 on this shape: left to one worker.");
  });

  it("says in one sentence what cannot be ranked", () => {
    const notes = ladderNotes(
      [
        measured("einsum", 100),
        measured("broadcast", 101, { unrankedWith: "einsum" }),
        // On one worker and on two.
        measured("sharded", 1, { threads: 2, unrankedWith: "sharded" }),
      ],
      LESSON,
    );
    expect(notes).toEqual([
      "These cannot be ranked, the 95 % interval of their ratio holds 1: broadcast and einsum.",
    ]);
  });

  it("says nothing of a ladder whose rungs stand apart", () => {
    const apart = [measured("kernel", 2), measured("sharded", 1), skipped("einsum", "skipped: about 21 min")];
    expect(ladderNotes(apart, LESSON)).toEqual([]);
  });
});
