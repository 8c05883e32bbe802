import { expect, test } from "vitest";
import { isAppUrl, isRequestAllowed } from "../../../../src/main/place/app-url.ts";

const FOREIGN = [
  "http://lab/index.html",
  "https://example.com/",
  "app://other/index.html",
  "app://lab.example.com/",
  "app://lab@example.com/",
  "app://user:secret@lab/",
  "app://lab:8080/",
  "apps://lab/",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "about:blank",
  "ws://lab/",
  "app:lab",
  "",
  "not an address",
];

test("isAppUrl() takes addresses under app://lab/", () => {
  expect(isAppUrl("app://lab/index.html")).toBe(true);
  expect(isAppUrl("app://lab/assets/a.js?x#y")).toBe(true);
});

for (const address of FOREIGN) {
  test(`isAppUrl() and isRequestAllowed() refuse "${address}"`, () => {
    expect(isAppUrl(address)).toBe(false);
    expect(isRequestAllowed(address, { devTools: true })).toBe(false);
    expect(isRequestAllowed(`blob:${address}`, { devTools: true })).toBe(false);
  });
}

test("isRequestAllowed() takes the page's own blob: and data:, and devtools: only in development", () => {
  expect(isRequestAllowed("blob:app://lab/0b1c", { devTools: false })).toBe(true);
  expect(isRequestAllowed("data:image/png;base64,AA==", { devTools: false })).toBe(true);
  expect(isRequestAllowed("devtools://devtools/bundled/x.html", { devTools: true })).toBe(true);
  expect(isRequestAllowed("devtools://devtools/bundled/x.html", { devTools: false })).toBe(false);
});
