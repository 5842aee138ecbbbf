/** Of an array. */
export type Element = string | number | boolean | null;

/** Of each type of element what the server knows it by, and how many bytes each takes, unless that depends on it. */
const types = {
  text: { oid: 25, bytes: null },
  bigint: { oid: 20, bytes: 8 },
  int: { oid: 23, bytes: 4 },
  smallint: { oid: 21, bytes: 2 },
  bool: { oid: 16, bytes: 1 },
  float8: { oid: 701, bytes: 8 },
  uuid: { oid: 2950, bytes: 16 },
} as const;

export type ElementType = keyof typeof types;

export function isElementType(name: string | undefined): name is ElementType {
  return name !== undefined && Object.hasOwn(types, name);
}

const headBytes = 20;
/** Without a dimension, its length and where it begins. */
const emptyBytes = 12;
const lengthBytes = 4;
const ofNull = -1;
const high = 2 ** 32;

/**
 * Values as the server keeps an array: nothing needs to be escaped here, and nothing to be taken apart there. Most of what an
 * event brings goes to the server in arrays.
 */
export function arrayBytes(type: ElementType, values: readonly Element[]): Buffer {
  const { oid, bytes } = types[type];
  const buffer = Buffer.allocUnsafe(bytesOf(values, bytes));
  // One dimension, from 1 on; an empty array has none.
  buffer.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  if (values.length === 0) return buffer;
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = headBytes;
  for (const value of values) {
    const start = at + lengthBytes;
    const length = value === null ? ofNull : write(buffer, start, type, value);
    buffer.writeInt32BE(length, at);
    at = start + Math.max(length, 0);
  }
  return buffer;
}

function bytesOf(values: readonly Element[], each: number | null): number {
  if (values.length === 0) return emptyBytes;
  let size = headBytes + values.length * lengthBytes;
  for (const value of values) if (value !== null) size += each ?? Buffer.byteLength(value as string);
  return size;
}

/** How many bytes it took. */
function write(buffer: Buffer, at: number, type: ElementType, value: Exclude<Element, null>): number {
  switch (type) {
    case 'text':
      return buffer.write(value as string, at);
    case 'bigint':
      buffer.writeInt32BE(Math.floor(whole(value) / high), at);
      buffer.writeUInt32BE((value as number) >>> 0, at + 4);
      return 8;
    case 'int':
      buffer.writeInt32BE(whole(value), at);
      return 4;
    case 'smallint':
      buffer.writeInt16BE(whole(value), at);
      return 2;
    case 'bool':
      buffer.writeUInt8(value === true ? 1 : 0, at);
      return 1;
    case 'float8':
      buffer.writeDoubleBE(value as number, at);
      return 8;
    case 'uuid':
      // What is written short would leave what was there before.
      if (buffer.write(value as string, at, 'hex') !== 16)
        throw new RangeError(`${value} is not the 32 hexadecimal digits of a UUID.`);
      return 16;
  }
}

/** As the server would say it of a text: what is no whole number is not made one. */
function whole(value: Exclude<Element, null>): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number that is exact.`);
  return value as number;
}
