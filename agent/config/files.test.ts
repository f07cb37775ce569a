// Files and directories of configs, in a real directory.

import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { discoverConfigs } from "./discovery.ts";
import { readConfigFiles, type ConfigFiles } from "./files.ts";

let root = "";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pilotfish-files-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string | Uint8Array = path): Promise<void> {
  await mkdir(join(root, path, ".."), { recursive: true });
  await writeFile(join(root, path), content);
}

function place(path: string): string {
  return path.startsWith("http") ? path : join(root, path);
}

async function read(files: Partial<ConfigFiles>) {
  const { sources, problems } = await readConfigFiles({
    tolerateMissing: files.tolerateMissing ?? false,
    configs: (files.configs ?? []).map(place),
    directories: (files.directories ?? []).map(place),
  });
  return {
    names: sources.map((source) => relative(root, source.name)),
    texts: sources.map((source) => source.text),
    problems: problems.map((p) => `${p.severity} ${p.source.replace(`${root}/`, "")} ${p.message.split(":")[0]}`),
  };
}

suite("config files", () => {
  test("files in the order given, then directories sorted", async () => {
    for (const path of ["b.conf", "a.conf", "d/z.conf", "d/m/x.conf", "d/a.conf", "d/no.txt", "d/conf"])
      await put(path);
    const { names, problems } = await read({ configs: ["b.conf", "a.conf"], directories: ["d"] });
    assert.deepEqual(names, ["b.conf", "a.conf", "d/a.conf", "d/m/x.conf", "d/z.conf"]);
    assert.deepEqual(problems, []);
  });

  test("a projected volume: each file once, through its links", async () => {
    await put("v/..2026_01/class.conf", "x = 1");
    await symlink("..2026_01", join(root, "v/..data"));
    await symlink("..data/class.conf", join(root, "v/class.conf"));
    assert.deepEqual(await read({ directories: ["v"] }), { names: ["v/class.conf"], texts: ["x = 1"], problems: [] });
  });

  test("the projected volume's path may itself be a link, and links in a circle end", async () => {
    await put("real/a.conf", "x = 1");
    await symlink("real", join(root, "link"));
    await symlink("..", join(root, "real/up"));
    assert.deepEqual((await read({ directories: ["link"] })).names, ["link/a.conf"]);
  });

  test("a byte order mark is trimmed, binary is refused", async () => {
    await put("bom.conf", "\uFEFFa = 1");
    await put("zero.conf", "a = 1\0");
    await put("latin.conf", new Uint8Array([0x61, 0xff, 0xfe]));
    const { texts, problems } = await read({ configs: ["bom.conf", "zero.conf", "latin.conf"] });
    assert.deepEqual(texts, ["a = 1"]);
    assert.deepEqual(problems, [
      "error zero.conf the file is binary, no config",
      "error latin.conf the file is binary, no config",
    ]);
  });

  test("missing ones are errors, or warnings when expected", async () => {
    const paths = { configs: ["no.conf"], directories: ["no.d"] };
    assert.deepEqual((await read(paths)).problems, ["error no.conf cannot be read", "error no.d cannot be read"]);
    const tolerant = await read({ ...paths, tolerateMissing: true });
    assert.deepEqual(tolerant.problems, ["warning no.conf cannot be read", "warning no.d cannot be read"]);
  });

  test("inside a directory, what cannot be read is a warning", async () => {
    await put("d/a.conf");
    await symlink("gone", join(root, "d/b.conf"));
    const { names, problems } = await read({ directories: ["d"] });
    assert.deepEqual(names, ["d/a.conf"]);
    assert.deepEqual(problems, ["warning d/b.conf cannot be read"]);
  });

  test("a file without permission: an error when named", { skip: process.getuid?.() === 0 }, async () => {
    await put("a.conf");
    await chmod(join(root, "a.conf"), 0);
    assert.deepEqual((await read({ configs: ["a.conf"], tolerateMissing: true })).problems, [
      "error a.conf cannot be read",
    ]);
  });

  test("a file given as directory is an error", async () => {
    await put("a.conf");
    assert.deepEqual((await read({ directories: ["a.conf"] })).problems, ["error a.conf cannot be read"]);
  });

  test("URLs are refused", async () => {
    const { problems } = await read({ configs: ["https://example.com/a.conf"] });
    assert.deepEqual(problems, ["error https://example.com/a.conf a config from a URL is not supported yet"]);
  });
});

suite("the default config", () => {
  const etc = "/etc/telegraf/telegraf.conf";
  const own = "/home/x/.telegraf/telegraf.conf";
  const directory = "/etc/telegraf/telegraf.d";
  const cases: [name: string, env: Record<string, string>, existing: string[], expected: unknown][] = [
    ["the variable", { TELEGRAF_CONFIG_PATH: "/a", HOME: "/home/x" }, [own, etc], { configs: ["/a"], directories: [] }],
    ["the user's own", { HOME: "/home/x" }, [own, etc, directory], { configs: [own], directories: [] }],
    ["the system's", { HOME: "/home/x" }, [etc, directory], { configs: [etc], directories: [directory] }],
    ["only the directory", {}, [directory], { configs: [], directories: [directory] }],
    ["none", { HOME: "" }, [], undefined],
  ];
  for (const [name, env, existing, expected] of cases)
    test(name, () =>
      assert.deepEqual(
        discoverConfigs(env, (path) => existing.includes(path)),
        expected,
      ),
    );
});
