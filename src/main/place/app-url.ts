/** The window's own origin: everything it loads and everywhere it may go. */
export const APP_SCHEME = "app";
export const APP_HOST = "lab";
export const APP_START_URL = `${APP_SCHEME}://${APP_HOST}/index.html`;

/** True for addresses under `app://lab/` and nothing else. */
export function isAppUrl(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === `${APP_SCHEME}:` && host === APP_HOST && username === "" && password === "";
}

/** Whether the window's session may ask for this address at all; the rest is cancelled and logged. */
export function isRequestAllowed(address: string, { devTools }: { devTools: boolean }): boolean {
  if (address.startsWith("data:")) return true;
  if (address.startsWith("blob:")) return isAppUrl(address.slice("blob:".length));
  if (address.startsWith("devtools:")) return devTools;
  return isAppUrl(address);
}
