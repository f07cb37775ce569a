// A request whose headers already say that it will be refused: answered at once, before its body. Not what is found out
// while the body is read (request-errors.ts).

import type { RequestHandler } from "express";
import { BODY_LIMIT_MIB, TOO_LARGE } from "./request-errors.ts";

/** For the client to read the answer, before the end of the connection takes it away. */
const LINGER_MS = 2_000;

/** `onRefused` is told before the answer. */
export function refuseTooLarge(onRefused: () => void): RequestHandler {
  return (request, response, next) => {
    if (!(Number(request.headers["content-length"]) > BODY_LIMIT_MIB * 2 ** 20)) {
      next();
      return;
    }
    onRefused();
    const { status, error, remedy } = TOO_LARGE;
    const body = JSON.stringify({ error, remedy });
    response
      .status(status)
      .type("json")
      .set({ Connection: "close", "Content-Length": String(body.length) });
    // The client has its answer with this. To end the connection while its body still comes would reset it, and a
    // reset discards what the client has not read yet; so that is taken in, for a while, and thrown away.
    response.write(body);
    const timer = setTimeout(() => response.end(), LINGER_MS);
    request.once("end", () => response.end());
    response.once("close", () => clearTimeout(timer));
    request.resume();
  };
}
