// A line diff for the eye: the longest common subsequence, with a few lines around what changed.

const CONTEXT = 2;

export function lineDiff(before: string, after: string): string[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const common = lengths(a, b);
  const rows: { readonly mark: " " | "+" | "-"; readonly text: string }[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      rows.push({ mark: " ", text: a[i++] as string });
      j += 1;
    } else if (j < b.length && (i === a.length || (common[i]?.[j + 1] ?? 0) >= (common[i + 1]?.[j] ?? 0))) {
      rows.push({ mark: "+", text: b[j++] as string });
    } else rows.push({ mark: "-", text: a[i++] as string });
  }
  const near = (at: number) => rows.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ mark }) => mark !== " ");
  return rows.filter((_, at) => near(at)).map(({ mark, text }) => `${mark} ${text}`);
}

/** lengths[i][j]: common lines of a from i on and b from j on. */
function lengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    const [row, below] = [table[i] as number[], table[i + 1] as number[]];
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? (below[j + 1] as number) + 1 : Math.max(below[j] as number, row[j + 1] as number);
    }
  }
  return table;
}
