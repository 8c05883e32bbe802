import { randomBytes } from "node:crypto";

/** A fresh value for every load of the page: only style elements that carry it apply. */
export function pageNonce(): string {
  return randomBytes(18).toString("base64");
}

/**
 * Headers of everything served under `app://lab/`. COOP and COEP isolate the page; the policy allows nothing that
 * is not listed: no inline script, no eval, no inline style without the nonce, no foreign address.
 */
export function securityHeaders(nonce: string): Record<string, string> {
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "connect-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
  };
}

/** Tells the page its nonce in `<meta name="csp-nonce">`: the UI kit writes style elements and marks them with it. */
export function withNonce(html: string, nonce: string): string {
  const head = /<head[^>]*>/i.exec(html);
  if (head === null) {
    throw new TypeError("index.html has no <head>: the page's nonce has no place; build the app again");
  }
  const end = head.index + head[0].length;
  return `${html.slice(0, end)}\n    <meta name="csp-nonce" content="${nonce}" />${html.slice(end)}`;
}
