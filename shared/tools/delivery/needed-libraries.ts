import { open, type FileHandle } from "node:fs/promises";

/** Section types and dynamic tags, by their numbers in the ELF specification. */
const SHT_DYNAMIC = 6;
const DT_NEEDED = 1n;
const DYNAMIC_ENTRY_BYTES = 16;

interface Section {
  type: number;
  /** Index of the section with this one's texts. */
  link: number;
  offset: number;
  size: number;
}

/**
 * The shared libraries that the dynamic linker must find before a program can start: the NEEDED
 * entries of a 64-bit little-endian ELF file.
 *
 * @throws Error when the file is not of that kind
 */
export async function neededLibraries(path: string): Promise<readonly string[]> {
  await using file = await open(path);
  const sections = await readSections(file);
  const dynamic = sections.find(({ type }) => type === SHT_DYNAMIC);
  const names = dynamic && sections[dynamic.link];
  if (!names) throw new Error(`${path} has no dynamic section`);
  const texts = await read(file, names.offset, names.size);
  const entries = await read(file, dynamic.offset, dynamic.size);
  const libraries: string[] = [];
  for (let at = 0; at < entries.length; at += DYNAMIC_ENTRY_BYTES) {
    if (entries.readBigUInt64LE(at) !== DT_NEEDED) continue;
    const start = Number(entries.readBigUInt64LE(at + 8));
    libraries.push(texts.toString("latin1", start, texts.indexOf(0, start)));
  }
  return libraries;
}

async function readSections(file: FileHandle): Promise<readonly Section[]> {
  const header = await read(file, 0, 64);
  if (header.toString("latin1", 0, 6) !== "\x7fELF\x02\x01")
    throw new Error("Not a 64-bit ELF file");
  const entryBytes = header.readUInt16LE(0x3a);
  const count = header.readUInt16LE(0x3c);
  const table = await read(file, Number(header.readBigUInt64LE(0x28)), count * entryBytes);
  return Array.from({ length: count }, (_, index) => {
    const entry = table.subarray(index * entryBytes);
    return {
      type: entry.readUInt32LE(0x04),
      link: entry.readUInt32LE(0x28),
      offset: Number(entry.readBigUInt64LE(0x18)),
      size: Number(entry.readBigUInt64LE(0x20)),
    };
  });
}

async function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer } = await file.read({ buffer: Buffer.alloc(bytes), position });
  return buffer;
}
