// Bundles the two programs: dist/agent.cjs is one file; dist/webhook.mjs keeps what it imports on demand in dist/webhook/.
// `npm ci` runs it, and so does bin/pilotfish in a checkout whose sources are newer than the bundles.

import { build, type BuildOptions } from "esbuild";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

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

// In parts, so that `inject` and `webhook --dev` do not read the 6 MB of the Kubernetes client: 20 MiB less, and a third
// of the start.
const { metafile } = await build({
  ...common,
  metafile: true,
  entryPoints: { webhook: "webhook/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  format: "esm",
  splitting: true,
  chunkNames: "webhook/[hash]",
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});

// Parts of earlier builds. Those of the last hour stay: a program that runs may yet ask for them.
for (const name of readdirSync("dist/webhook")) {
  const part = join("dist/webhook", name);
  if (!(part in metafile.outputs) && Date.now() - statSync(part).mtimeMs > 3_600_000) rmSync(part, { force: true });
}
