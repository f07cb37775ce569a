// The options that say how a stream is cut into messages, and the splitter that they mean.

import { choice, integer, string, table, type OptionProblem, type Options } from "../../config/options.ts";
import {
  delimiterSplitter,
  fixedLengthSplitter,
  newlineSplitter,
  variableLengthSplitter,
  type Splitter,
} from "./splitter.ts";

const STRATEGIES = ["newline", "null", "delimiter", "fixed length", "variable length"] as const;

export const splittingOptions = {
  splittingStrategy: choice("splitting_strategy", STRATEGIES, "newline", "How a stream is cut into messages."),
  splittingDelimiter: string("splitting_delimiter", "", 'Bytes between messages in hex, for instance "0x0D0A".'),
  splittingLength: integer("splitting_length", 0, 'Bytes of each message, for "fixed length".', { min: 0 }),
  splittingLengthField: table(
    "splitting_length_field",
    {
      offset: integer("offset", 0, "Where the length field starts.", { min: 0 }),
      bytes: integer("bytes", 0, "Bytes of the length field.", { min: 0, max: 8 }),
      endianness: choice("endianness", ["be", "le"], "be", "Byte order of the length field."),
      headerLength: integer("header_length", 0, "Bytes in front that are not part of the message.", { min: 0 }),
    },
    'Where each message says its length, for "variable length".',
  ),
};

type SplittingOptions = Options<typeof splittingOptions>;

export function splittingProblems(options: SplittingOptions): OptionProblem[] {
  const strategy = options.splittingStrategy;
  if (strategy === "delimiter" && delimiterBytes(options.splittingDelimiter) === undefined) {
    const message = `splitting_delimiter "${options.splittingDelimiter}" is not a sequence of bytes in hex`;
    return [{ key: "splitting_delimiter", message, remedy: 'write for instance "0x0D0A"' }];
  }
  if (strategy === "fixed length" && options.splittingLength <= 0) {
    const message = 'splitting_strategy "fixed length" needs splitting_length';
    return [{ key: "splitting_strategy", message, remedy: "add splitting_length with the bytes of each message" }];
  }
  if (strategy === "variable length" && (options.splittingLengthField?.bytes ?? 0) <= 0) {
    const message = 'splitting_strategy "variable length" needs the size of the length field';
    const remedy = 'add splitting_length_field = {offset = 0, bytes = 2, endianness = "be", header_length = 2}';
    return [{ key: "splitting_strategy", message, remedy }];
  }
  return [];
}

/** Of options without problems. */
export function createSplitter(options: SplittingOptions): Splitter {
  const field = options.splittingLengthField;
  switch (options.splittingStrategy) {
    case "null":
      return delimiterSplitter(Buffer.of(0));
    case "delimiter":
      return delimiterSplitter(delimiterBytes(options.splittingDelimiter) ?? Buffer.of(0));
    case "fixed length":
      return fixedLengthSplitter(options.splittingLength);
    case "variable length":
      return field === undefined ? newlineSplitter : variableLengthSplitter(field);
    case "newline":
    default:
      return newlineSplitter;
  }
}

function delimiterBytes(text: string): Buffer | undefined {
  const hex = text.toLowerCase().replaceAll(/\s*0?x/g, "");
  return /^(?:[0-9a-f]{2})+$/.test(hex) ? Buffer.from(hex, "hex") : undefined;
}
