/** Lines of the protocol (RFC 2812 §2.3): read by irc-framework's parser, written here, so that no field can be a command. */
import { strict as assert } from "node:assert";
import { type IrcMessage, ircLineParser } from "irc-framework";

export type { IrcMessage } from "irc-framework";

/** RFC 2812 §2.3: 512 with CR LF. */
export const LINE_BYTES = 510;
const COMMAND = /^(?:[A-Z]+|\d{3})$/u;
const PARAMETERS = 20;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what would end the line.
const PARAMETER = /^(?!:)[^ \r\n\u0000]+$/u;

/** Null when that is no line of IRC. */
export function parseLine(line: string): IrcMessage | null {
  let message: IrcMessage | undefined;
  try {
    message = ircLineParser(line);
  } catch {
    return null;
  }
  const sound = message !== undefined && COMMAND.test(message.command) && message.params.length <= PARAMETERS;
  return sound && message !== undefined ? message : null;
}

export interface OutgoingLine {
  /** On a server's link: the nick or server it comes from. */
  readonly source?: string | null;
  readonly command: string;
  readonly params?: readonly string[];
  /** The last parameter, which may hold spaces or nothing at all. */
  readonly trailing?: string;
}

/** Throws when a field would end the line, begin another parameter, or make the line too long: callers check before. */
export function formatLine({ source = null, command, params = [], trailing }: OutgoingLine): string {
  let line = source === null ? word(command, command) : `:${word(source, command)} ${word(command, command)}`;
  for (const param of params) line += ` ${word(param, command)}`;
  if (trailing !== undefined) line += ` :${trailing}`;
  if (trailing !== undefined && BREAKS.test(trailing)) assert.fail(`a ${command} would be two lines`);
  if (!fits(line)) assert.fail(`a ${command} is too long for one line`);
  return line;
}

/** A parameter that is not the last. */
function word(text: string, command: string): string {
  if (!PARAMETER.test(text)) assert.fail(`bad ${command} parameter`);
  return text;
}

/** Whether a line is not too long. A UTF-16 unit is three bytes at most, so the bytes of most lines need not be counted. */
export function fits(line: string): boolean {
  return line.length * 3 <= LINE_BYTES || Buffer.byteLength(line) <= LINE_BYTES;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what would end the line.
export const BREAKS = /[\r\n\u0000]/u;

/** Bytes of `words` joined by commas or spaces, cut into as many lists as lines of at most `bytes` need. */
export function inLines(words: readonly string[], bytes: number, most: number): readonly (readonly string[])[] {
  const lists: string[][] = [];
  let room = 0;
  for (const word of words) {
    const size = Buffer.byteLength(word) + 1;
    const last = lists.at(-1);
    if (last === undefined || room < size || last.length >= most) {
      lists.push([word]);
      room = bytes - size;
    } else {
      last.push(word);
      room -= size;
    }
  }
  return lists;
}
