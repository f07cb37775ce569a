// One page to read: what is asked for where, and how the page is called in tags and messages.

import { hideCredentialsIn, withoutLogin } from "../../core/http-client/url-text.ts";

export interface Target {
  readonly url: URL;
  /** Path and query of the request. */
  readonly path: string;
  /** Without user and password, and with the path that is meant when none is written. */
  readonly name: string;
  /** Without user and password, as the config writes it. */
  readonly nameAsWritten: string;
  /** For messages: the query may hold a login, too. */
  readonly shown: string;
}

const DEFAULT_PATH = "/metrics";

/** Equal URLs are one target. `texts` were checked by the options. */
export function targetsOf(texts: readonly string[]): readonly Target[] {
  return [...new Set(texts)].map(targetOf);
}

function targetOf(text: string): Target {
  const url = new URL(text);
  const nameAsWritten = withoutLogin(text);
  if (url.protocol === "unix:") {
    const path = url.searchParams.get("path") || DEFAULT_PATH;
    const shown = hideCredentialsIn(text);
    return { url, path: path.startsWith("/") ? path : `/${path}`, name: nameAsWritten, nameAsWritten, shown };
  }
  // "http://host" means /metrics, "http://host/" means /: a URL object does not tell them apart.
  const [, origin = "", rest = ""] = /^([^/]*\/\/[^/?#]*)(.*)$/s.exec(nameAsWritten) ?? [];
  const isBare = !rest.startsWith("/");
  const name = isBare ? origin + DEFAULT_PATH + rest : nameAsWritten;
  return {
    url,
    path: (isBare ? DEFAULT_PATH : url.pathname) + url.search,
    name,
    nameAsWritten,
    shown: hideCredentialsIn(name),
  };
}
