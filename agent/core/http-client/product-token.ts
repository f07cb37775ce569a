// The User-Agent of everything that we send over HTTP.

import { VERSION } from "../../version.ts";

export const PRODUCT_TOKEN = `Pilotfish/${VERSION}`;
