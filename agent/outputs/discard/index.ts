// outputs.discard: accepts everything and keeps nothing. Source: telegraf plugins/outputs/discard.

import { defineOutput } from "../../core/plugin.ts";

export const discard = defineOutput({
  name: "discard",
  options: {},
  create: () => ({ write: async () => {} }),
});
