// inputs.socket_listener: line protocol over UDP, TCP and unix sockets. Source: telegraf plugins/inputs/socket_listener.

import { defineInput } from "../../core/plugin.ts";
import { socketListenerOptions, socketListenerProblems } from "./options.ts";
import { SocketListener } from "./socket-listener.ts";

export const socketListener = defineInput({
  name: "socket_listener",
  options: socketListenerOptions,
  validate: socketListenerProblems,
  create: (options, context) => new SocketListener(options, context),
});
