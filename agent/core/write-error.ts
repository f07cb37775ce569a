// What an output says when a batch was not accepted as a whole. The output's runner decides what happens next.

/** - `retry`: keep the whole batch and try again at the next flush.
 *  - `drop`: the whole batch can never be accepted; count it as rejected.
 *  - `partial`: `accepted` and `rejected` hold indexes into the batch; everything else is kept. */
export type WriteVerdict =
  | { readonly kind: "retry" }
  | { readonly kind: "drop" }
  | { readonly kind: "partial"; readonly accepted: readonly number[]; readonly rejected: readonly number[] };

/** Any other error thrown by `write` counts as `retry`. */
export class WriteError extends Error {
  readonly verdict: WriteVerdict;
  constructor(message: string, verdict: WriteVerdict, options?: ErrorOptions) {
    super(message, options);
    this.name = "WriteError";
    this.verdict = verdict;
  }
}
