// Why a line, or a part of one, was not counted as sent: one table of code -> sentence. The code is the name of the
// counter (`rejected_<code>`) and the key of the bounded log line. The idea follows statsd_exporter's pkg/line.

export const REASONS = {
  no_colon: "there is no ':' between name and value",
  no_type: "a value is not followed by '|' and a type",
  bad_type: "the type is none of g, c, s, ms, h, d",
  bad_value: "the value is not a finite number",
  bad_sign: "only gauges and counters may have a signed value",
  bad_rate: "the sample rate is not a number; the value is counted without it",
  odd_rate: "the sample rate of a timing is not above 0 and at most 1; it is counted as 1",
  empty_name: "the name is empty, or the template takes no part of it as the measurement",
  distribution_off:
    "distributions need datadog_extensions = true and datadog_distributions = true; the value is discarded",
  bad_event: "the event is malformed",
  bad_service_check: "the service check is malformed",
  line_too_long: "a line over TCP is longer than 64 KiB; the connection is closed",
} as const;

export type Reason = keyof typeof REASONS;
