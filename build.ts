// Bundles the two programs into one file each: dist/agent.cjs and dist/webhook.mjs. `npm ci` runs it, and so does
// bin/pilotfish in a checkout whose sources are newer than the bundles.

import { build, type BuildOptions } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  target: "node24",
  minifySyntax: true,
  sourcemap: "linked",
  legalComments: "linked",
  logLevel: "warning",
} satisfies BuildOptions;

// CommonJS, because there a lazily imported plugin also loads its modules of Node lazily. An ES module would load them
// all at the start, and node:tls alone costs 3 MiB in every pod.
await build({ ...common, entryPoints: ["agent/main.ts"], outfile: "dist/agent.cjs", format: "cjs" });

await build({
  ...common,
  entryPoints: ["webhook/main.ts"],
  outfile: "dist/webhook.mjs",
  format: "esm",
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});

// Parts of earlier builds. Those of the last hour stay: a program that runs may yet ask for them.
const parts = existsSync("dist/webhook") ? readdirSync("dist/webhook") : [];
for (const part of parts.map((part) => join("dist/webhook", part))) {
  if (Date.now() - statSync(part).mtimeMs > 3_600_000) rmSync(part, { force: true });
}
