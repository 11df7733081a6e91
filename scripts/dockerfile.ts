/** Reads a Dockerfile, as far as this project writes one: the instructions in the table below, without heredocs. */

/** One instruction: its word in upper case, its flags (`--from=build`), and what follows. */
export interface Instruction {
  readonly word: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly rest: string;
  readonly line: number;
}

/** What is built from one FROM to the next. */
export interface Stage {
  readonly base: string;
  /** The name after AS, or the number of the stage. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

const WORDS = new Set("FROM WORKDIR COPY RUN ENV USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK CMD".split(" "));

/** The stages of a Dockerfile. Throws with the line number at an instruction that is not understood. */
export function readDockerfile(text: string): Stage[] {
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions(text)) {
    if (instruction.word === "FROM") {
      const [base = "", , name] = instruction.rest.split(/\s+/);
      stages.push({ base, name: name ?? String(stages.length), instructions: [] });
    } else if (stages.length === 0) {
      throw new Error(`Dockerfile:${instruction.line} ${instruction.word} before the first FROM.`);
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

/** The exec form `["a", "b"]` as a list, the shell form as `sh -c`. */
export function commandOf(rest: string): string[] {
  if (!rest.startsWith("[")) {
    return ["/bin/sh", "-c", rest];
  }
  const list: unknown = JSON.parse(rest);
  if (!Array.isArray(list) || !list.every((item) => typeof item === "string")) {
    throw new Error(`Dockerfile: ${rest} is no list of strings.`);
  }
  return list;
}

function* instructions(text: string): Generator<Instruction> {
  let open: { text: string; line: number } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const isIdle = /^\s*(#.*)?$/.test(line);
    if (isIdle) {
      continue;
    }
    const soFar = open ?? { text: "", line: index + 1 };
    soFar.text += line.replace(/\\$/, "");
    if (line.endsWith("\\")) {
      open = soFar;
    } else {
      open = undefined;
      yield parse(soFar.text.trim(), soFar.line);
    }
  }
}

function parse(text: string, line: number): Instruction {
  const match = /^(\S+)\s+((?:--\S+\s+)*)(.*)$/s.exec(text);
  const word = (match?.[1] ?? text).toUpperCase();
  if (match === null || !WORDS.has(word)) {
    throw new Error(`Dockerfile:${line} the instruction "${text}" is not understood.`);
  }
  const flags = (match[2] ?? "").split(/\s+/).filter((flag) => flag !== "");
  const pairs = flags.map((flag) => /^--([^=]+)=?(.*)$/.exec(flag)).map((pair) => [pair?.[1] ?? "", pair?.[2] ?? ""]);
  return { word, flags: Object.fromEntries(pairs), rest: (match[3] ?? "").trim(), line };
}
