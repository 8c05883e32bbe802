import { readFile, realpath } from "node:fs/promises";
import { protocol, type Protocol } from "electron";
import { APP_SCHEME, isAppUrl } from "../place/app-url.ts";
import type { Log } from "../place/log.ts";
import { pageNonce, securityHeaders, withNonce } from "./page-security.ts";
import { rendererFile } from "./renderer-file.ts";

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** Answers `app://lab/…` from the built renderer. */
export function serveRenderer(to: Protocol, rendererDir: string, log: Log): void {
  to.handle(APP_SCHEME, async (request) => {
    const nonce = pageNonce();
    const headers = securityHeaders(nonce);
    const refuse = (status: number, reason: string) => {
      log.warn(`app:// request refused (${status}): ${request.method} ${request.url}: ${reason}`);
      return new Response(reason, { status, headers: { ...headers, "Content-Type": "text/plain" } });
    };

    if (!isAppUrl(request.url)) return refuse(403, "the address is not under app://lab/");
    if (request.method !== "GET") return refuse(405, "only GET is answered");
    const file = rendererFile(rendererDir, request.url);
    if (file.kind === "refused") return refuse(file.status, file.reason);
    try {
      // A link planted in the folder would otherwise lead out of it.
      if (
        (await realpath(file.path)) !==
        (await realpath(rendererDir)) + file.path.slice(rendererDir.length)
      ) {
        return refuse(403, "the file is a link to another place");
      }
      const type = { ...headers, "Content-Type": file.mimeType };
      if (!file.path.endsWith(".html")) return new Response(await readFile(file.path), { headers: type });
      return new Response(withNonce(await readFile(file.path, "utf8"), nonce), { headers: type });
    } catch (error) {
      return refuse(404, `the file cannot be read: ${String(error)}`);
    }
  });
}
