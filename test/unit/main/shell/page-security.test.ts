import { expect, test } from "vitest";
import { pageNonce, securityHeaders, withNonce } from "../../../../src/main/shell/page-security.ts";

test("pageNonce() is fresh every time and fits into a header and an attribute", () => {
  const nonces = new Set(Array.from({ length: 100 }, pageNonce));
  expect(nonces.size).toBe(100);
  for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/);
});

test("securityHeaders() allow the app's own files and nothing unsafe", () => {
  const headers = securityHeaders("abc");
  const policy = new Map(
    headers["Content-Security-Policy"].split("; ").map((part) => {
      const [name = "", ...sources] = part.split(" ");
      return [name, sources.join(" ")] as const;
    }),
  );
  expect(policy.get("default-src")).toBe("'none'");
  expect(policy.get("script-src")).toBe("'self'");
  expect(policy.get("style-src")).toBe("'self' 'nonce-abc'");
  expect(policy.get("connect-src")).toBe("'self'");
  expect(policy.get("frame-ancestors")).toBe("'none'");
  expect(headers["Content-Security-Policy"]).not.toContain("unsafe");
  expect(headers["Cross-Origin-Opener-Policy"]).toBe("same-origin");
  expect(headers["Cross-Origin-Embedder-Policy"]).toBe("require-corp");
});

test("withNonce() puts the nonce first into the head", () => {
  const html = withNonce('<!doctype html><html><head lang="en"><title>x</title></head></html>', "abc");
  expect(html).toContain('<head lang="en">\n    <meta name="csp-nonce" content="abc" /><title>');
});

test("withNonce() throws TypeError when the page has no head", () => {
  expect(() => withNonce("<p>x</p>", "abc")).toThrow(TypeError);
});
