// The bytes of a config file as text. Source: telegraf config/config.go (isBinary, trimBOM).

/** undefined for what is no UTF-8 text. A byte order mark is dropped. */
export function decodeConfig(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
