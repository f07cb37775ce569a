// Exit codes of the agent, after sysexits.h. 0: done. 1: --test or --once saw errors.

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 64,
  unavailable: 69,
  internal: 70,
  config: 78,
} as const;
