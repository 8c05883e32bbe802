import { extname, isAbsolute, relative, resolve } from "node:path";

const MIME_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
};

export type RendererFile =
  | { readonly kind: "file"; readonly path: string; readonly mimeType: string }
  | { readonly kind: "refused"; readonly status: 400 | 403 | 404; readonly reason: string };

/**
 * The file in `rootDir` that an `app://lab/…` address names.
 *
 * The URL parser has already folded `..` and `%2e%2e`; what arrives here encoded (`..%2f`, `%5c`, `%00`) is decoded
 * once and refused when it leaves the folder.
 */
export function rendererFile(rootDir: string, address: string): RendererFile {
  const name = decodedPath(address);
  if (name === null) return refused(400, "the address cannot be decoded");
  if (name.includes("\0") || name.includes("\\") || name.includes(":")) {
    return refused(403, "the address holds a character that no file of the app has in its name");
  }
  const path = resolve(rootDir, `.${name === "/" ? "/index.html" : name}`);
  const inside = relative(rootDir, path);
  if (inside === "" || inside === ".." || inside.startsWith("../") || inside.startsWith("..\\")) {
    return refused(403, "the address leads out of the app's folder");
  }
  if (isAbsolute(inside)) return refused(403, "the address leads to another drive");
  const mimeType = MIME_TYPES[extname(path).toLowerCase()];
  if (mimeType === undefined) return refused(404, "the app has no files of this type");
  return { kind: "file", path, mimeType };
}

function decodedPath(address: string): string | null {
  try {
    return decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
}

function refused(status: 400 | 403 | 404, reason: string): RendererFile {
  return { kind: "refused", status, reason };
}
