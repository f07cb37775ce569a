// From what was asked and what is configured to what the sidecar is. Everything but the patch itself.

import type { Known, NamespaceFacts } from "../admission/known.ts";
import { defaultsFor } from "../settings/settings.ts";
import { readAsked } from "./asked.ts";
import { chosenClass } from "./chosen-class.ts";
import { readChoices } from "./choices.ts";
import { checkPodConfig, configText } from "./config.ts";
import { containerFor } from "./container.ts";
import { CONFIG_ANNOTATION, STATUS_ANNOTATION, VOLUME_NAME } from "./contract.ts";
import { environmentFor } from "./environment.ts";
import { at, listOf, stringOf, type JsonObject } from "./json.ts";
import { containerPorts } from "./listeners.ts";
import { mountsFor } from "./mounts.ts";
import type { Notes } from "./notes.ts";
import type { Seat } from "./patch.ts";
import { pluginTables } from "./plugin-tables.ts";
import { refuseDisallowed } from "./allowed-tables.ts";
import { resourcesFor } from "./resources.ts";
import { withinPod } from "./within-pod.ts";
import { statusFor } from "./status.ts";
import { volumeFor } from "./volume.ts";

export interface Plan {
  readonly seat: Seat;
  readonly className: string;
  readonly plugins: readonly string[];
}

export interface PlanInput {
  readonly pod: JsonObject;
  readonly namespace: string;
  readonly facts: NamespaceFacts;
}

/** Kubernetes' limit for all annotations of an object together. */
const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** undefined: the notes hold the refusal. */
export async function planFor(
  { pod, namespace, facts }: PlanInput,
  known: Known,
  notes: Notes,
): Promise<Plan | undefined> {
  const { settings, catalog } = known;
  const asked = readAsked(at(pod, "metadata", "annotations"), facts.annotations, notes);
  const className = chosenClass(asked, { name: namespace, labels: facts.labels }, known, notes);
  const defaults = defaultsFor(settings, className);
  const choices = readChoices(asked, defaults, notes);
  const environment = environmentFor(asked, { interval: choices.interval, defaults: defaults.env }, notes);
  const onNode = at(pod, "spec", "hostNetwork") === true;
  const tables = await pluginTables(
    { pod, asked, defaults: onNode ? [] : defaults.plugins, listen: choices.listen, catalog },
    notes,
  );
  refuseDisallowed(tables, { className, allow: settings.classes.get(className)?.allow ?? new Set() }, notes);
  const plugins = [...new Set(tables.filter(({ kind }) => kind === "inputs").map(({ name }) => name))];
  const native = choices.sidecar === "auto" ? known.nativeSidecars !== false : choices.sidecar === "native";
  const container = containerFor({
    image: choices.image,
    logLevel: choices.logLevel,
    native,
    environment,
    // On the node's network a declared port would be one of the node's, and could keep the pod from being scheduled.
    ports: onNode ? [] : containerPorts(tables),
    resources: withinPod(pod, resourcesFor(asked, defaults.resources, notes)),
    mounts: mountsFor(asked, pod, notes),
  });
  refuseVolume(pod, notes);
  if (!native && stringOf(at(pod, "spec", "restartPolicy") ?? "Always") !== "Always") {
    notes.warn("a classic sidecar keeps this pod from ending", "annotate pilotfish.dev/sidecar: native");
  }
  if (notes.refusal !== undefined || plugins.length === 0) return undefined;

  const config = configText({ tags: choices.tags, tables });
  await checkPodConfig({ text: config, environment, catalog }, notes);
  const volume = volumeFor(className);
  const annotations = {
    [CONFIG_ANNOTATION]: config,
    [STATUS_ANNOTATION]: statusFor({ className, plugins, container, volume, config }),
  };
  refuseLarge(pod, annotations, notes);
  if (notes.refusal !== undefined) return undefined;
  return { seat: { native, container, volume, annotations }, className, plugins };
}

function refuseVolume(pod: JsonObject, notes: Notes): void {
  if (!listOf(at(pod, "spec", "volumes")).some((volume) => at(volume, "name") === VOLUME_NAME)) return;
  notes.refuse("unsupported_object", `the pod has a volume ${VOLUME_NAME} of its own`, "rename or remove that volume");
}

function refuseLarge(pod: JsonObject, ours: Readonly<Record<string, string>>, notes: Notes): void {
  const existing = at(pod, "metadata", "annotations");
  const all = { ...(typeof existing === "object" ? existing : {}), ...ours };
  let sizeBytes = 0;
  for (const [key, value] of Object.entries(all)) {
    sizeBytes += Buffer.byteLength(key) + (typeof value === "string" ? Buffer.byteLength(value) : 0);
  }
  if (sizeBytes <= ANNOTATIONS_LIMIT_BYTES) return;
  const what = `the pod's annotations would have ${sizeBytes} bytes, the limit is ${ANNOTATIONS_LIMIT_BYTES}`;
  notes.refuse("config_too_large", what, "shorten the annotation inputs");
}
