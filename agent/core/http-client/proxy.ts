// Which proxy a URL is reached through, in the form that Node's own agents take. Source of the rules: Go's
// net/http.ProxyFromEnvironment, that is: never for a loopback address.

/** undefined: no proxy. `choice` is a proxy's URL or "system". */
export function proxyEnvironment(
  url: URL,
  choice: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv | undefined {
  if (choice === undefined || choice === "" || url.protocol === "unix:") return undefined;
  if (choice !== "system") return { HTTP_PROXY: choice, HTTPS_PROXY: choice };
  if (isLoopback(url.hostname)) return undefined;
  const find = (name: string) => environment[name] || environment[name.toLowerCase()];
  const [httpProxy, httpsProxy, noProxy] = [find("HTTP_PROXY"), find("HTTPS_PROXY"), find("NO_PROXY")];
  if (httpProxy === undefined && httpsProxy === undefined) return undefined;
  return {
    ...(httpProxy !== undefined && { HTTP_PROXY: httpProxy }),
    ...(httpsProxy !== undefined && { HTTPS_PROXY: httpsProxy }),
    ...(noProxy !== undefined && { NO_PROXY: noProxy }),
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
