// Timestamp rounding (telegraf agent/accumulator.go): nearest, halves up, so a point may lie half a step in the future.

const SECOND_NS = 1_000_000_000n;

export function roundNs(timestampNs: bigint, precisionNs: bigint): bigint {
  if (precisionNs <= 1n) return timestampNs;
  const remainder = ((timestampNs % precisionNs) + precisionNs) % precisionNs;
  const down = timestampNs - remainder;
  return remainder * 2n >= precisionNs ? down + precisionNs : down;
}

/** Precision of polled metrics: the plugin's, else the agent's, else what the interval suggests. */
export function gatherPrecisionNs(pluginNs: bigint, agentNs: bigint, intervalMs: number): bigint {
  if (pluginNs > 0n) return pluginNs;
  if (agentNs > 0n) return agentNs;
  if (intervalMs >= 1000) return SECOND_NS;
  if (intervalMs >= 1) return 1_000_000n;
  return intervalMs >= 0.001 ? 1000n : 1n;
}
