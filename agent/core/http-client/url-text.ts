// URLs as text: for people (without passwords) and for requests (credentials as a header, queries as Go writes them).

/** For logs and messages: no user, no password. */
export function hideCredentials(url: URL): string {
  if (url.username === "" && url.password === "") return url.href;
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy.href;
}

/** The same for text that may not even be a URL. */
export function hideCredentialsIn(text: string): string {
  return text.replace(/\/\/[^/?#\s]*@/g, "//");
}

export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

/** Go's url.Values.Encode: sorted by key, blanks as `+`, everything but letters, digits and `-_.~` escaped. */
export function encodeQuery(values: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new URLSearchParams(sorted).toString().replaceAll("%7E", "~").replaceAll("*", "%2A");
}

/** Go's path.Join of the URL's path and one more element. */
export function joinPath(url: URL, element: string): string {
  return `${url.pathname}/${element}`.replace(/\/{2,}/g, "/");
}
