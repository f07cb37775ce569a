// The version of this program, from the one place that says it.

import manifest from "../../package.json" with { type: "json" };

export const VERSION: string = manifest.version;

/** The User-Agent of everything that we send over HTTP. */
export const PRODUCT_TOKEN = `Pilotfish/${VERSION}`;
