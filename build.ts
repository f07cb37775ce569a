// Bundles the two programs into one file each: dist/agent.mjs and dist/webhook.mjs. `npm ci` runs it, and so does
// bin/pilotfish in a checkout whose sources are newer than the bundles.

import { build } from "esbuild";
import { existsSync } from "node:fs";

const programs = { agent: "agent/main.ts", webhook: "webhook/main.ts" };

for (const [name, entry] of Object.entries(programs)) {
  if (!existsSync(entry)) continue;
  await build({
    entryPoints: [entry],
    outfile: `dist/${name}.mjs`,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    minifySyntax: true,
    sourcemap: "linked",
    legalComments: "linked",
    logLevel: "warning",
    // Bundled CommonJS packages ask for Node's own modules through `require`.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
}
