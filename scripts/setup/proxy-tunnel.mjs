import { once } from "node:events";
import http from "node:http";
import tls from "node:tls";

/**
 * The proxy the environment names for a target, as curl and npm read it; undefined for a direct connection.
 *
 * @param {URL} target
 * @param {NodeJS.ProcessEnv} env
 */
export function proxyFor(target, env) {
  const bypass = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  const host = target.hostname.toLowerCase();
  for (const entry of bypass) {
    const suffix = entry.toLowerCase().replace(/^\*?\./, "");
    if (entry === "*" || host === suffix || host.endsWith(`.${suffix}`)) return undefined;
  }
  const scheme = target.protocol === "https:" ? "https" : "http";
  const value =
    env[`${scheme}_proxy`] ??
    env[`${scheme.toUpperCase()}_PROXY`] ??
    env["all_proxy"] ??
    env["ALL_PROXY"] ??
    env[`npm_config_${scheme}_proxy`];
  if (value === undefined || value === "") return undefined;
  return new URL(value.includes("://") ? value : `http://${value}`);
}

/**
 * Opens a connection to the target by way of an HTTP proxy's CONNECT; encrypted when the target is https.
 *
 * @param {URL} proxy
 * @param {URL} target
 * @param {AbortSignal} signal
 * @returns {Promise<import("node:stream").Duplex>}
 */
export async function connectThroughProxy(proxy, target, signal) {
  const secure = target.protocol === "https:";
  const authority = `${target.hostname}:${target.port === "" ? (secure ? "443" : "80") : target.port}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const connect = http.request({
    host: proxy.hostname,
    port: proxy.port === "" ? 80 : Number(proxy.port),
    method: "CONNECT",
    path: authority,
    signal,
    headers: {
      host: authority,
      ...(proxy.username === ""
        ? {}
        : { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` }),
    },
  });
  connect.end();
  const [response, socket] = await once(connect, "connect");
  if (response.statusCode !== 200) {
    socket.destroy();
    throw new Error(`the proxy answered ${String(response.statusCode)} to CONNECT ${authority}`);
  }
  if (!secure) return socket;
  const encrypted = tls.connect({ socket, servername: target.hostname });
  await once(encrypted, "secureConnect");
  return encrypted;
}
