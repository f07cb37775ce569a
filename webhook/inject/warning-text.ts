// Admission warnings within Kubernetes' limits: 120 characters each, 4096 in total (the rest would be dropped), and
// nothing in them that could break an HTTP header. Source: "Dynamic Admission Control", Response.

export const WARNING_LENGTH = 120;
export const WARNINGS_TOTAL_BYTES = 4096;
const PREFIX = "pilotfish: ";

/** One line, at most `length` characters; what is cut off is replaced by "…". */
export function clip(text: string, length: number): string {
  const line = text
    .slice(0, length * 4)
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .toWellFormed()
    .trim();
  return line.length <= length
    ? line
    : `${line
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/\uFFFD$/u, "")}…`;
}

/** A value somebody typed, for a message. */
export function quote(value: string, length = 40): string {
  return `"${clip(value, length)}"`;
}

/** One warning if all fits, else what is wrong and the remedy as two. */
export function warningLines(what: string, remedy: string): readonly string[] {
  const whole = `${PREFIX}${what}${remedy === "" ? "" : `; ${remedy}`}`;
  if (whole.length <= WARNING_LENGTH && clip(whole, WARNING_LENGTH) === whole) return [whole];
  const lines = [clip(`${PREFIX}${what}`, WARNING_LENGTH)];
  if (remedy !== "") lines.push(clip(`${PREFIX}${remedy}`, WARNING_LENGTH));
  return lines;
}

/** As many as fit; the last one says how many did not. */
export function limitWarnings(lines: readonly string[]): readonly string[] {
  const unique = [...new Set(lines)];
  const room = WARNINGS_TOTAL_BYTES - WARNING_LENGTH;
  let used = 0;
  const fits = unique.findIndex((line) => (used += Buffer.byteLength(line)) > room);
  if (fits === -1) return unique;
  return [...unique.slice(0, fits), `${PREFIX}and ${unique.length - fits} more warnings`];
}
