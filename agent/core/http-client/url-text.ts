// URLs as text: for people (without passwords) and for requests (credentials as a header, queries as Go writes them).

/** For logs and messages: no user, no password, and of the query only the names. */
export function hideCredentials(url: URL): string {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  copy.hash = "";
  copy.search = "";
  return copy.href + hiddenQuery(url.search);
}

/** The same for text that may not even be a URL. */
export function hideCredentialsIn(text: string): string {
  const [, start = "", query = ""] = /^([^?#]*)(\?[^#]*)?/s.exec(withoutLogin(text)) ?? [];
  return start + hiddenQuery(query);
}

/** Without user and password, everything else as it is written: for tags. */
export function withoutLogin(text: string): string {
  // In what is no URL a password may hold any character, and there may be no scheme in front of it.
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && URL.canParse(text);
  return isUrl ? text.replace(/\/\/[^/?#]*@/, "//") : text.replace(/^([^/@]*\/\/)?.*@/s, "$1");
}

/** Servers behind a proxy take logins as `?u=…&p=…`. */
function hiddenQuery(query: string): string {
  return query.replace(/[^?&;]+/g, (part) => (part.includes("=") ? part.replace(/=.*/s, "=***") : "***"));
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
