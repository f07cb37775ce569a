// Old keys of every plugin and of [agent]. Source: telegraf migrations/general_*, migrations/global_agent.

import type { Migration } from "./migration.ts";
import type { TableDraft } from "./table-draft.ts";

export const generalMigrations: readonly Migration[] = [
  { kind: "plugins", keys: ["pass"], apply: (draft) => draft.mergeList("pass", "fieldinclude") },
  { kind: "plugins", keys: ["fieldpass"], apply: (draft) => draft.mergeList("fieldpass", "fieldinclude") },
  { kind: "plugins", keys: ["drop"], apply: (draft) => draft.mergeList("drop", "fieldexclude") },
  { kind: "plugins", keys: ["fielddrop"], apply: (draft) => draft.mergeList("fielddrop", "fieldexclude") },
  { kind: "plugins", keys: ["ssl_ca"], apply: (draft) => draft.rename("ssl_ca", "tls_ca") },
  { kind: "plugins", keys: ["ssl_cert"], apply: (draft) => draft.rename("ssl_cert", "tls_cert") },
  { kind: "plugins", keys: ["ssl_key"], apply: (draft) => draft.rename("ssl_key", "tls_key") },
  { kind: "agent", keys: ["logtarget"], apply: logTarget },
];

function logTarget(draft: TableDraft): void {
  const target = draft.get("logtarget");
  const text = target?.value.type === "string" ? target.value.value : undefined;
  if (target === undefined) return;
  if (text === "stderr" || text === "") {
    draft.take("logtarget", 'logfile = ""');
    draft.drop("logfile");
  } else if (text === "file") draft.take("logtarget", "logfile");
  else if (text === "eventlog") {
    draft.take("logtarget", 'logformat = "eventlog"');
    draft.settle(
      "logformat",
      { ...target, value: { type: "string", value: "eventlog", at: target.value.at } },
      "logtarget",
    );
  } else draft.refuse(target.value.at, "logtarget has an unknown value", "remove it; set logfile to log into a file");
}
