// The closing table of a run: every test, what it shows, how long it took.

export interface Outcome {
  readonly file: string;
  readonly shows: string;
  readonly seconds: number;
  readonly passed: boolean;
}

const WIDTH = 100;

export function summaryTable(outcomes: readonly Outcome[]): string {
  const fileWidth = Math.max(4, ...outcomes.map(({ file }) => file.length));
  const row = (mark: string, file: string, shows: string, seconds: string) =>
    `${mark} ${file.padEnd(fileWidth)}  ${cut(shows).padEnd(WIDTH)} ${seconds.padStart(7)}`;
  const lines = outcomes.map(({ file, shows, seconds, passed }) =>
    row(passed ? " " : "✗", file, shows, seconds.toFixed(1)),
  );
  return [row(" ", "test", "what it shows", "seconds"), ...lines].join("\n");
}

function cut(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}
