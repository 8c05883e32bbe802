import { expect, test } from "vitest";
import { pageComplaints } from "../e2e/page-complaints.ts";

const LOG = [
  "2026-01-01T00:00:00.000Z warn  page: an old one",
  "2026-01-01T00:00:01.000Z info  Backprop Lab 0.1.0",
  "2026-01-01T00:00:02.000Z error page: two children with the same key",
  "    at TrainView",
  "2026-01-01T00:00:03.000Z warn  request cancelled",
  "2026-01-01T00:00:04.000Z warn  page: refused to load",
  "",
].join("\n");
const BEFORE = LOG.slice(0, LOG.indexOf("\n") + 1);

test("pageComplaints() gives the page's warnings and errors since the start, whole", () => {
  expect(pageComplaints(LOG, BEFORE, [])).toEqual([
    "2026-01-01T00:00:02.000Z error page: two children with the same key\n    at TrainView",
    expect.stringContaining("refused to load"),
  ]);
});

test("pageComplaints() leaves out what a test expects", () => {
  expect(pageComplaints(LOG, BEFORE, [/refused to load/])).toHaveLength(1);
});
