import { app, type CommandLine, type Session, type WebContents } from "electron";
import { isAppUrl, isRequestAllowed } from "../place/app-url.ts";
import type { Log } from "../place/log.ts";

/**
 * Switches off everything in Chromium that would reach for the network by itself. Must run before the app is ready.
 * No crash reporter is ever started, so nothing is uploaded after a crash either.
 */
export function forbidNetworkFeatures(commandLine: CommandLine): void {
  commandLine.appendSwitch("disable-background-networking");
  commandLine.appendSwitch("disable-component-update");
  commandLine.appendSwitch("disable-domain-reliability");
  commandLine.appendSwitch("disable-sync");
  commandLine.appendSwitch("no-pings");
  commandLine.appendSwitch("no-proxy-server");
  commandLine.appendSwitch("host-resolver-rules", "MAP * ~NOTFOUND");
  commandLine.appendSwitch(
    "disable-features",
    "AutofillServerCommunication,CertificateTransparencyComponentUpdater,MediaRouter,OptimizationHints,Translate",
  );
}

/** Denies permissions, devices, downloads and every request that is not the app's own. */
export function lockDownSession(session: Session, log: Log): void {
  const devTools = !app.isPackaged;
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    log.warn(`permission denied: ${permission}`);
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.on("will-download", (event, item) => {
    log.warn(`download denied: ${shorten(item.getURL())}`);
    event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, answer) => {
    const cancel = !isRequestAllowed(details.url, { devTools });
    if (cancel) log.warn(`request cancelled: ${details.method} ${shorten(details.url)}`);
    answer({ cancel });
  });
}

/** Keeps every page of the app where it is: no other windows, no other addresses, no webviews. */
export function lockDownContents(contents: WebContents, log: Log): void {
  contents.setWindowOpenHandler(({ url }) => {
    log.warn(`window.open denied: ${shorten(url)}`);
    return { action: "deny" };
  });
  const stay = (event: Electron.Event<{ url: string }>) => {
    if (isAppUrl(event.url)) return;
    log.warn(`navigation denied: ${shorten(event.url)}`);
    event.preventDefault();
  };
  contents.on("will-navigate", stay);
  contents.on("will-redirect", stay);
  contents.on("will-frame-navigate", stay);
  contents.on("will-attach-webview", (event) => {
    log.warn("webview denied");
    event.preventDefault();
  });
  // The window only ever invokes; a plain message is somebody trying.
  contents.on("ipc-message", (_event, channel) => log.warn(`message refused: ${shorten(channel)}`));
  contents.on("ipc-message-sync", (_event, channel) => log.warn(`message refused: ${shorten(channel)}`));
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}… (${text.length} characters)`;
}
