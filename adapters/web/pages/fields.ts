/**
 * Checks of one field of a frame, and the reading of a whole frame by a table of them. Both sides of the web protocol use
 * it: what arrives is untrusted text, what leaves this file is a plain object that holds the named fields and no other.
 */

/** Returns the value when it is what the field allows; throws FieldFault when not. */
export type Field<T> = (value: unknown) => T;
export type Shape = Readonly<Record<string, Field<unknown>>>;
type Value<F> = F extends Field<infer V> ? V : never;
/** The names of the fields that may be left out. */
type Optional<S extends Shape> = { [K in keyof S]: undefined extends Value<S[K]> ? K : never }[keyof S];
/** The object that a shape's fields describe. */
export type Read<S extends Shape> = { readonly [K in Exclude<keyof S, Optional<S>>]: Value<S[K]> } & {
  readonly [K in Optional<S>]?: Exclude<Value<S[K]>, undefined>;
};
/** The union of frames that a table of shapes describes, told apart by `kind`. */
export type Frames<T extends Readonly<Record<string, Shape>>> = {
  [K in keyof T]: { readonly kind: K } & Read<T[K]>;
}[keyof T];

export class FieldFault extends Error {}

/** A string of at most `bytes` in UTF-8. Lone surrogates, which no other network can carry, become U+FFFD. */
export function text(bytes: number): Field<string> {
  return (value) => {
    // A UTF-16 unit takes at most three bytes, so most texts need no counting.
    if (typeof value !== "string" || (value.length * 3 > bytes && utf8Bytes(value) > bytes)) {
      throw new FieldFault(`a text of at most ${bytes} bytes`);
    }
    return value.toWellFormed();
  };
}

export function pattern(expression: RegExp, described: string): Field<string> {
  return (value) => {
    if (typeof value !== "string" || !expression.test(value)) {
      throw new FieldFault(described);
    }
    return value;
  };
}

export function nullable<T>(field: Field<T>): Field<T | null> {
  return (value) => (value === null || value === undefined ? null : field(value));
}

/** May be left out, and is then left out of what is read. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value) => (value === undefined ? undefined : field(value));
}

export function oneOf<const T extends readonly string[]>(words: T): Field<T[number]> {
  return (value) => {
    const word = words.find((allowed) => allowed === value);
    if (word === undefined) {
      throw new FieldFault(`one of ${words.join(", ")}`);
    }
    return word;
  };
}

export function integer(smallest: number, largest: number): Field<number> {
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < smallest || value > largest) {
      throw new FieldFault(`a whole number from ${smallest} to ${largest}`);
    }
    return value;
  };
}

export const flag: Field<boolean> = (value) => {
  if (typeof value !== "boolean") {
    throw new FieldFault("true or false");
  }
  return value;
};

export function list<T>(field: Field<T>, most: number): Field<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) {
      throw new FieldFault(`a list of at most ${most}`);
    }
    return value.map((item: unknown) => field(item));
  };
}

export function record<S extends Shape>(shape: S): Field<Read<S>> {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new FieldFault("an object");
    }
    const read: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(shape)) {
      try {
        const known = field(Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
        if (known !== undefined) {
          read[name] = known;
        }
      } catch (error) {
        throw error instanceof FieldFault ? new FieldFault(`${name} must be ${error.message}`) : error;
      }
    }
    // Every field of the shape was just read by its own check.
    return read as Read<S>;
  };
}

export type Parsed<F> =
  | { readonly kind: "frame"; readonly frame: F }
  /** `id` is the frame's own id, when it has a readable one, so that the fault can be answered. */
  | { readonly kind: "fault"; readonly fault: string; readonly id: string | null };

/** Reads one frame by a table of shapes. Never throws for what a stranger sent. */
export function readFrame<T extends Readonly<Record<string, Shape>>>(
  wire: string,
  table: T,
  id: Field<string>,
): Parsed<Frames<T>> {
  let value: unknown;
  try {
    value = JSON.parse(wire);
  } catch {
    return { kind: "fault", fault: "A frame must be JSON.", id: null };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "fault", fault: "A frame must be a JSON object.", id: null };
  }
  const kind = Object.hasOwn(value, "kind") ? Reflect.get(value, "kind") : undefined;
  const shape = typeof kind === "string" && Object.hasOwn(table, kind) ? table[kind] : undefined;
  try {
    if (shape === undefined) {
      throw new FieldFault(`kind must be one of ${Object.keys(table).join(", ")}`);
    }
    return { kind: "frame", frame: { kind, ...record(shape)(value) } as Frames<T> };
  } catch (error) {
    if (!(error instanceof FieldFault)) {
      throw error;
    }
    return { kind: "fault", fault: `${error.message}.`, id: readable(value, id) };
  }
}

function readable(value: object, id: Field<string>): string | null {
  try {
    return id(Object.hasOwn(value, "id") ? Reflect.get(value, "id") : undefined);
  } catch {
    return null;
  }
}

export function utf8Bytes(value: string): number {
  return new TextEncoder().encode(value).length;
}
