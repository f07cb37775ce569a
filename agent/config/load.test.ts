// Whole configs through loadConfig, against a small catalog made here. Error outputs are golden files in testcases/.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { ConfigSource, PluginSchema } from "./config.ts";
import { formatProblems } from "./format-problem.ts";
import { loadConfig, type LoadSettings } from "./load.ts";
import { testCatalog } from "./test-catalog.ts";

type Settings = Partial<LoadSettings<PluginSchema>>;

function loadAll(sources: readonly ConfigSource[], settings: Settings = {}) {
  return loadConfig(sources, { catalog: testCatalog, env: {}, ...settings });
}

function load(text: string, settings: Settings = {}) {
  return loadAll([{ name: "t.conf", text }], settings);
}

async function messages(text: string, settings: Settings = {}): Promise<string[]> {
  const { problems } = await load(text, settings);
  return problems.map((p) => `${p.severity} ${p.line}:${p.column} ${p.message}`);
}

const env = {
  POD_NAME: "api-0",
  NODE_HOSTNAME: "node-1",
  INTERVAL: "60s",
  WAVEFRONT_PROXY: "proxy.example",
  ENV: "test",
  HOSTNAME: "node-1",
  MONITOR_HOST: "http://influx:8086",
  MONITOR_USERNAME: "u",
  MONITOR_PASSWORD: 'p"$x',
  MONITOR_DATABASE: "db",
};

function scenario(name: string): string {
  return readFileSync(new URL(`../../test/scenarios/${name}.conf`, import.meta.url), "utf8");
}

suite("what people have deployed loads as it is", () => {
  for (const name of ["statsd-wavefront", "node-daemonset", "etcd-sidecar", "gateway"]) {
    test(name, async () => {
      const { config, problems } = await load(scenario(name), { env });
      assert.deepEqual(
        problems.filter((p) => p.severity === "error" || /not set/.test(p.message)),
        [],
      );
      assert.ok(config !== undefined);
    });

    test(`${name}, checked where no variable has a value`, async () => {
      const { config, problems } = await load(scenario(name), { tolerateUnresolved: true });
      assert.ok(config !== undefined, formatProblems(problems));
    });
  }

  test("values arrive typed", async () => {
    const { config } = await load(scenario("statsd-wavefront"), { env });
    assert.equal(config?.agent.intervalMs, 60_000);
    assert.equal(config?.agent.flushIntervalMs, 60_000);
    assert.equal(config?.agent.hostname, "node-1");
    assert.deepEqual(config?.globalTags, new Map([["pod_name", "api-0"]]));
    assert.partialDeepStrictEqual(config?.outputs[0]?.options, { url: "http://proxy.example:2878" });
    assert.partialDeepStrictEqual(config?.inputs[0]?.options, { percentiles: [90] });
  });
});

/** Each `NAME.conf` is loaded without an environment; `NAME.txt` is what is said about it. UPDATE_GOLDENS=1 rewrites. */
suite("bad configs say what is wrong, where, and what to do", () => {
  const folder = new URL("testcases/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".conf"))) {
    test(file, async () => {
      const source = { name: file, text: readFileSync(new URL(file, folder), "utf8") };
      const { problems } = await loadAll([source], { env: { SECRET: "hunter2", NUMBER: "12" } });
      const said = `${formatProblems(problems)}\n`;
      const golden = new URL(file.replace(/\.conf$/, ".txt"), folder);
      if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(golden, said);
      assert.equal(said, readFileSync(golden, "utf8"));
      assert.ok(!said.includes("hunter2"));
    });
  }
});

function source(name: string, text: string): ConfigSource {
  return { name, text };
}

async function print(text: string, more: Settings = {}): Promise<string | undefined> {
  const { config } = await load(text, more);
  return config?.inputs[0]?.fingerprint ?? config?.outputs[0]?.fingerprint;
}

suite("several sources", () => {
  test("plugins append, [agent] keys overwrite, global tags merge", async () => {
    const { config, problems } = await loadAll([
      source(
        "a",
        '[agent]\ninterval = "1s"\ndebug = true\n[global_tags]\nx = "1"\ny = "1"\n[[inputs.cpu]]\n[[outputs.file]]',
      ),
      source("b", '[global_tags]\ny = "2"\n[agent]\ninterval = "2s"\n[[inputs.mem]]\n[[inputs.cpu]]'),
    ]);
    assert.deepEqual(problems, []);
    assert.equal(config?.agent.intervalMs, 2000);
    assert.equal(config?.agent.debug, true);
    assert.deepEqual(config?.globalTags, new Map([["x", "1"], ["y", "2"]])); // prettier-ignore
    assert.deepEqual(
      config?.inputs.map((input) => input.plugin.name),
      ["cpu", "mem", "cpu"],
    );
  });

  test("problems name their source, a contradiction the later one", async () => {
    const { config, problems } = await loadAll([
      source("a", "[agent]\nskip_processors_after_aggregators = true"),
      source("b", "[agent]\nskip_processors_before_aggregators = true\n[[inputs.cpu]]\npercpuu = true"),
    ]);
    assert.equal(config, undefined);
    assert.deepEqual(
      problems.map((p) => [p.source, p.line, p.message]),
      [
        ["b", 2, "both processor passes are switched off"],
        ["b", 4, 'configuration specified the fields ["percpuu"], but they were not used'],
      ],
    );
  });

  test("what two sources set wrong together is reported in the last one", async () => {
    const text = '[agent]\ninterval = "0s"';
    const { problems } = await loadAll([source("a", text), source("b", `\n${text}`)]);
    assert.deepEqual(
      problems.map((p) => [p.source, p.line]),
      [["b", 3]],
    );
  });

  test("no source, no problem", async () => {
    const { config, problems } = await loadAll([]);
    assert.deepEqual(problems, []);
    assert.equal(config?.agent.intervalMs, 10_000);
  });
});

suite("plugins", () => {
  test("processors keep the order of the text, not that of their names", async () => {
    const { config } = await load("[[processors.rename]]\n[[processors.override]]\n[[processors.rename]]\norder = 2");
    assert.deepEqual(
      config?.processors.map(({ plugin, common }) => [plugin.name, common.order]),
      [
        ["rename", 0],
        ["override", 0],
        ["rename", 2],
      ],
    );
  });

  test("only those asked for, by old or new name", async () => {
    const text = "[[inputs.cpu]]\n[[inputs.io]]\n[[inputs.nonsense]]\n[[outputs.file]]";
    for (const name of ["io", "diskio"]) {
      const { config } = await load(text, { only: { inputs: [name] } });
      assert.deepEqual(
        config?.inputs.map(({ plugin }) => plugin.name),
        ["diskio"],
      );
      assert.equal(config?.outputs.length, 1);
    }
  });

  test("keys that upstream takes anywhere are taken", async () => {
    const text =
      '[[inputs.cpu]]\ndata_format = "influx"\ndata_type = "x"\ninflux_parser_type = "internal"\norder = 1\nlvm = true\nid = "x"\n[inputs.cpu.labels]\na = "b"';
    assert.deepEqual(await messages(text), []);
  });

  test("common keys are read", async () => {
    const text =
      '[[inputs.cpu]]\ninterval = "1m"\nname_prefix = "x_"\nnamepass = ["a*"]\n[inputs.cpu.tags]\na = "b"\n[inputs.cpu.tagpass]\nc = ["d"]';
    const { config, problems } = await load(text);
    assert.deepEqual(problems, []);
    const common = config?.inputs[0]?.common;
    assert.equal(common?.intervalMs, 60_000);
    assert.equal(common?.namePrefix, "x_");
    assert.deepEqual(common?.tags, new Map([["a", "b"]]));
    assert.deepEqual(common?.tagpass, new Map([["c", ["d"]]]));
  });

  test("a number where only a duration's text counts is a warning", async () => {
    assert.deepEqual(await messages("[[inputs.cpu]]\ninterval = 10"), [
      "warning 2:12 interval is a number and has no effect here, as in Telegraf",
    ]);
  });

  test("equal tables have equal fingerprints, others not", async () => {
    const base = await print('[[inputs.disk]]\nmount_points = ["/"]\ninterval = "1s"');
    assert.equal(await print('\n# x\n[inputs.disk]\ninterval = "$I"\nmountpoints = ["/"]', { env: { I: "1s" } }), base);
    const others = [
      '[[inputs.disk]]\nmount_points = ["/"]\ninterval = "2s"',
      '[[inputs.disk]]\nmount_points = ["/", "/"]\ninterval = "1s"',
      '[[inputs.disk]]\nignore_fs = ["/"]\ninterval = "1s"',
      "[[inputs.mem]]",
      "[[outputs.file]]",
    ];
    const prints = await Promise.all(others.map((text) => print(text)));
    assert.equal(new Set([base, ...prints]).size, others.length + 1);
  });
});

test("an option that a syntax error swallowed is not called missing", async () => {
  const said = await messages("[[inputs.socket_listener]]\nservice_address = oops");
  assert.deepEqual(said, ["error 2:19 the value is neither quoted, nor a number, true or false"]);
});

suite("variables", () => {
  test("an unresolved one excuses its own value only", async () => {
    const text =
      '[agent]\ninterval = "$INTERVAL"\n[[outputs.wavefront]]\nurl = "$URL"\nuse_regex = "x"\n[[outputs.wavefront]]\nurl = "http//$$"';
    assert.deepEqual(await messages(text, { tolerateUnresolved: true }), [
      'warning 2:12 "$INTERVAL" is not a duration (a variable has no value here)',
      "error 5:13 the value is of type string",
      'error 7:1 "http//$$" is not a URL',
    ]);
    const resolved = await messages(text, { tolerateUnresolved: true, env: { INTERVAL: "1s", URL: "http://x" } });
    assert.deepEqual(resolved.slice(0, 1), ["error 5:13 the value is of type string"]);
  });

  test("what fails in the plugin's own check is excused as well", async () => {
    const text = '[[outputs.wavefront]]\nurl = "$URL"';
    assert.deepEqual(await messages(text, { tolerateUnresolved: true }), [
      'warning 2:1 "$URL" is not a URL (a variable has no value here)',
    ]);
    assert.equal((await load(text)).config, undefined);
  });

  test("a bare one is read as an option of any type while it has no value", async () => {
    const text = "[agent]\nmetric_batch_size = $N\n[[inputs.cpu]]\npercpu = ${P}";
    const { config } = await load(text, { tolerateUnresolved: true });
    assert.ok(config !== undefined);
    assert.deepEqual((await load(text, { env: { N: "7", P: "false" } })).config?.agent.metricBatchSize, 7);
  });

  test("messages show the variable, not its value", async () => {
    const text = '[agent]\ninterval = "x${S}y"\n[[outputs.wavefront]]\nurl = "$S"';
    for (const envHandling of ["auto", "text"] as const) {
      const { problems } = await load(text, { env: { S: "hunter2" }, envHandling });
      assert.equal(problems.length, 2);
      assert.ok(!JSON.stringify(problems).includes("hunter2"), JSON.stringify(problems));
    }
    assert.equal((await messages(text, { env: { S: "hunter2" } }))[0], 'error 2:12 "x${S}y" is not a duration');
  });
});

function many(piece: string): string {
  return piece.repeat(Math.floor(200_000 / piece.length));
}

suite("hostile texts cost neither time nor memory", () => {
  const texts: [name: string, text: string][] = [
    ["wrong types in one line", `[[inputs.statsd]]\npercentiles = [${many('"a",')}]`],
    ["wrong types of a common key", `[[inputs.statsd]]\nnamepass = [${many("1,")}]`],
    ["unknown keys", `[[inputs.cpu]]\n${Array.from({ length: 20_000 }, (_, i) => `k${i} = 1`).join("\n")}`],
    ["unknown plugins", Array.from({ length: 10_000 }, (_, i) => `[[inputs.k${i}]]`).join("\n")],
    ["unset variables", `[[inputs.statsd]]\ntemplates = [${many('"$A",')}]`],
    ["bare variables", `[[inputs.statsd]]\npercentiles = [${many("$N,")}]`],
    ["bare variables without a value", `[[inputs.statsd]]\npercentiles = [${many("$A,")}]`],
    ["what looks like credentials", `[[inputs.cpu]]\nx = "${many("token")}"`],
    ["what looks like URLs", `[[inputs.cpu]]\nx = "${many("://a:b")}"`],
    ["quotes", many("'")],
    ["opened variables", many("${a-")],
  ];
  for (const [name, text] of texts) {
    test(name, async () => {
      const from = performance.now();
      const { problems } = await load(text, { env: { N: "5" } });
      assert.ok(problems.length <= 202, `${problems.length}`);
      const tookMs = performance.now() - from;
      assert.ok(tookMs < 5000, `${tookMs} ms`);
    });
  }
});

test("what is too much is counted", async () => {
  const said = await messages(`[[inputs.statsd]]\npercentiles = [${many('"a",')}]`);
  assert.equal(said.length, 101);
  assert.equal(said.at(-1)?.replace(/^error \S+ /, ""), "49900 more problems of this kind are not shown");
});

test("whatever the text, there is a config or an error, never an exception", async () => {
  const piece = fc.constantFrom(
    "[agent]", "[[inputs.cpu]]", "[inputs]", "[[inputs]]", "inputs = 1", "[inputs.disk]", "x = 1", 'interval = "$X"', "percpu = $Y",
    "[[outputs.wavefront]]", "host = 'h'", "port = 1", "host = 3", "[tags]", "[[tags]]", "[outputs.file.tagpass]", "a = {b=[1]}",
    "tags = 1", "plugins = []", "secretstores.x = {}", "step = [1]", "perdevice = 'x'", "[[inputs.docker]]", "total = {}", "garbage",
  ); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 10 }), fc.boolean(), async (lines, tolerateUnresolved) => {
      const { config, problems } = await load(lines.join("\n"), { tolerateUnresolved });
      assert.equal(
        config === undefined,
        problems.some((p) => p.severity === "error"),
      );
    }),
    { numRuns: 500 },
  );
});
