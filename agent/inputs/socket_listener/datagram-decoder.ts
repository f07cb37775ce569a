// content_encoding of whole datagrams. Source: telegraf internal/content_coding.go (1.39.3).

import { gunzipSync } from "node:zlib";

export type ContentEncoding = "identity" | "gzip";

/** Returns the reason instead of throwing. `mostBytes` bounds what comes out, 0: no bound. */
export function decodeDatagram(bytes: Buffer, encoding: ContentEncoding, mostBytes: number): Buffer | string {
  if (encoding === "identity") {
    if (mostBytes <= 0 || bytes.length <= mostBytes) return bytes;
    return `size of decoded data exceeds allowed size ${mostBytes}`;
  }
  try {
    return gunzipSync(bytes, mostBytes > 0 ? { maxOutputLength: mostBytes } : {});
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ERR_BUFFER_TOO_LARGE") return `size of decoded data exceeds allowed size ${mostBytes}`;
    return error instanceof Error ? error.message : String(error);
  }
}
