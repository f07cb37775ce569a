// The images into the cluster: into the local one all of them, built from this checkout and this machine's programs; into
// the user's own by the command that the user gives, or not at all when its nodes can pull them.

import { join } from "node:path";
import { OWN_IMAGES } from "./fixtures.ts";
import { runProgram, type Target } from "./target.ts";

const home = join(import.meta.dirname, "../..");

export async function loadImages({ local }: Target): Promise<void> {
  if (local) {
    const load = join(home, "test/cluster/load-images.sh");
    // Without a name: our own two, built first.
    await must(load, []);
    const built = await must(join(home, "test/e2e/images/build.sh"), [], { CONTAINER_TOOL: "buildah" });
    await must(
      load,
      built.split("\n").filter((line) => /^[^ ]*pilotfish-e2e-\w+:\d+$/.test(line)),
    );
    return;
  }
  const command = process.env["E2E_LOAD_COMMAND"];
  if (command === undefined) return;
  for (const image of OWN_IMAGES) await must("/bin/sh", ["-c", `${command} "$1"`, "load", image]);
}

async function must(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, output } = await runProgram(program, args, { env });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}`);
  return output;
}
