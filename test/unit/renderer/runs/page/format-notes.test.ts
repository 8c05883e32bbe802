import { createElement, Fragment, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { formatNotes, MOST_MARKDOWN } from "../../../../../src/renderer/runs/page/format-notes.tsx";

/** The HTML of notes, or the words above what is shown as it stands. */
function shown(notes: string): string {
  const result = formatNotes(notes);
  return "plain" in result ? result.plain : html(result.formatted);
}
const html = (node: ReactNode): string => renderToStaticMarkup(createElement(Fragment, null, node));

describe("formatNotes() (D37)", () => {
  it("formats, and leaves HTML, links and pictures without effect", () => {
    const made = shown(
      "**bold** <b>x</b> [link](https://a.example) ![p](https://a.example/p.png)\n\n> quote",
    );
    expect(made).toContain("<strong>bold</strong> &lt;b&gt;x&lt;/b&gt;");
    expect(made).toContain('<span title="https://a.example">link</span>');
    expect(made).toMatch(/<blockquote>\s*<p>quote<\/p>\s*<\/blockquote>/);
    expect(made).not.toMatch(/<(a|img)\b/);
  });

  it("shows what is too long as it stands, and says so", () => {
    expect(shown("a".repeat(MOST_MARKDOWN))).toContain("<p>aaa");
    expect(shown("a".repeat(99_000))).toMatch(
      /^These notes have 99,000 characters. More than 10,000 are shown/,
    );
  });

  it.each([
    ["quotes", (deep: number) => `${">".repeat(deep)} a`],
    ["lists", (deep: number) => `${"- ".repeat(deep)}a`],
    ["numbers", (deep: number) => `${"1. ".repeat(deep)}a`],
    ["emphasis", (deep: number) => "*a ".repeat(deep) + "b*".repeat(deep)],
  ])("never throws for %s in each other, whatever the depth", (_what, make) => {
    expect(shown(make(10))).toMatch(/^<(blockquote|ul|ol|p)>/);
    for (const deep of [100, 1_000, 1_900]) {
      expect(shown(make(deep))).toMatch(/nest more than 50 deep: they are shown as they were written/);
    }
  });

  it("never throws for 10,000 quotes in each other, which fill the call stack", () => {
    expect(shown(">".repeat(MOST_MARKDOWN))).toMatch(/nest more than 50 deep/);
  });
});
