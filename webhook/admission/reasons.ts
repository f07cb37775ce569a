// Why a pod was injected or not: one frozen table, code -> outcome, sentence, docs heading. Codes are stable: they are
// metric labels, event reasons and log fields. docs/reasons.md is generated from it; a test holds both together.

/** `refused`: something was asked for that we do not do. The pod is admitted all the same, with a warning. */
export type ReasonOutcome = "injected" | "skipped" | "refused";

export interface Reason {
  readonly outcome: ReasonOutcome;
  readonly sentence: string;
  /** What the reader of the reference page can do about it. */
  readonly remedy: string;
  /** Heading in docs/reasons.md. */
  readonly heading: string;
}

function reason(outcome: ReasonOutcome, heading: string, sentence: string, remedy: string): Reason {
  return Object.freeze({ outcome, sentence, remedy, heading });
}

export const reasons = Object.freeze({
  injected: reason("injected", "Injected", "The agent was added to the pod.", "Nothing to do."),
  not_selected: reason(
    "skipped",
    "Not selected",
    "Neither the namespace nor the pod asks for the agent.",
    "Label the namespace pilotfish.dev/injection=enabled, or the pod pilotfish.dev/inject=true.",
  ),
  opted_out: reason(
    "skipped",
    "Opted out",
    "The pod says pilotfish.dev/inject=false.",
    "Remove that label or annotation if the agent is wanted.",
  ),
  excluded_namespace: reason(
    "skipped",
    "Excluded namespace",
    "Pods of the cluster's own namespaces never get the agent.",
    "Run the application in a namespace of its own.",
  ),
  own_namespace: reason(
    "skipped",
    "Own namespace",
    "Pods of the webhook's own namespace never get the agent.",
    "Run the application in a namespace of its own.",
  ),
  mirror_pod: reason(
    "skipped",
    "Mirror pod",
    "The pod mirrors a static pod of a kubelet; changing it would change nothing.",
    "Add the agent to the static pod's own manifest.",
  ),
  host_network: reason(
    "skipped",
    "Host network",
    "The pod uses the node's network, and no ports are opened there unless the pod asks for them.",
    "Name the plugins: annotate the pod pilotfish.dev/plugins.",
  ),
  windows_pod: reason(
    "skipped",
    "Windows pod",
    "The pod runs on Windows, the agent's image does not.",
    "Send its metrics to an agent on a Linux node.",
  ),
  already_injected: reason("skipped", "Already injected", "The pod already has the agent.", "Nothing to do."),
  unsupported_object: reason(
    "skipped",
    "Unsupported object",
    "The request is not the creation of a pod that can be changed.",
    "Let the webhook's rules select CREATE of pods only; see the message for what is unusual about the pod.",
  ),
  invalid_annotation: reason(
    "refused",
    "Invalid annotation",
    "An annotation of the pod or its namespace cannot be understood.",
    "Correct the annotation that the message names; the reference of annotations lists all keys.",
  ),
  unknown_plugin: reason(
    "refused",
    "Unknown plugin",
    "A plugin was named that the agent does not have.",
    "Correct the name; the message lists near ones.",
  ),
  unknown_class: reason(
    "refused",
    "Unknown class",
    "There is no such class.",
    "Correct pilotfish.dev/class, or add the class to the Secret pilotfish-classes.",
  ),
  class_not_allowed: reason(
    "refused",
    "Class not allowed",
    "The namespace may not use this class.",
    "Choose another class, or let the class's `namespaces` selector in config.yaml match the namespace's labels.",
  ),
  invalid_config: reason(
    "refused",
    "Invalid config",
    "The agent would not accept the resulting configuration.",
    "Correct what the message names, in the annotations or in the class.",
  ),
  disallowed_table: reason(
    "refused",
    "Disallowed table",
    "The pod asks for a table that runs programs, reads files or sends metrics, and its class does not allow that.",
    "Remove the table, or add it to `allow` of the class in config.yaml.",
  ),
  port_conflict: reason(
    "refused",
    "Port conflict",
    "Another container of the pod declares a port of the agent; the listener on it is left out (partial).",
    "Free the port, or move the listener: pilotfish.dev/<plugin>.service_address.",
  ),
  config_too_large: reason(
    "refused",
    "Config too large",
    "The generated configuration does not fit into the pod's annotations.",
    "Shorten pilotfish.dev/inputs, or move what is common into the class.",
  ),
  overloaded: reason(
    "refused",
    "Overloaded",
    "The webhook had too many requests at once and let this pod pass.",
    "Give the webhook more replicas or CPU, then recreate the pod.",
  ),
  internal_error: reason(
    "refused",
    "Internal error",
    "The webhook failed on this pod and let it pass.",
    "Report it with the webhook's log line of the same pod.",
  ),
} satisfies Record<string, Reason>);

export type ReasonCode = keyof typeof reasons;
