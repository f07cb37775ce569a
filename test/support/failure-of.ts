// What an output says of a write that it did not accept.

import assert from "node:assert/strict";
import { WriteError } from "../../agent/core/write-error.ts";

/** Fails the test when the write is accepted, or rejects with something else. */
export async function failureOf(write: Promise<void>): Promise<WriteError> {
  try {
    await write;
  } catch (error) {
    assert.ok(error instanceof WriteError, String(error));
    return error;
  }
  return assert.fail("the write was accepted");
}
