import { crc32, inflateRawSync } from 'node:zlib';

const endOfCentralDirectory = Buffer.from('PK\x05\x06', 'latin1');
const centralFileHeader = 0x02014b50;
const stored = 0;
const deflated = 8;

/**
 * Reads one file out of a zip archive held in memory.
 *
 * Covers what release archives use: entries stored or deflated, no encryption, no zip64, below 2 GiB
 * (field offsets: APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
 *
 * @throws Error when the archive is cut short, lacks the entry, or the entry's checksum does not match
 */
export function readZipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(endOfCentralDirectory);
  if (end < 0) throw new Error('not a zip archive: it has no end of central directory');
  const entries = archive.readUInt16LE(end + 10);
  let header = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < entries; entry++) {
    if (archive.readUInt32LE(header) !== centralFileHeader) {
      throw new Error(`zip archive is damaged: no file header at offset ${header}`);
    }
    const nameLength = archive.readUInt16LE(header + 28);
    const nameStart = header + 46;
    if (archive.toString('utf8', nameStart, nameStart + nameLength) === name) {
      return content(archive, header, name);
    }
    header = nameStart + nameLength + archive.readUInt16LE(header + 30) + archive.readUInt16LE(header + 32);
  }
  throw new Error(`zip archive has no entry ${name}`);
}

function content(archive: Buffer, header: number, name: string): Buffer {
  const method = archive.readUInt16LE(header + 10);
  const checksum = archive.readUInt32LE(header + 16);
  const packedSize = archive.readUInt32LE(header + 20);
  const local = archive.readUInt32LE(header + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = unpack(archive.subarray(start, start + packedSize), method, name);
  if (crc32(bytes) !== checksum) {
    throw new Error(`zip entry ${name} is damaged: its checksum does not match`);
  }
  return bytes;
}

function unpack(packed: Buffer, method: number, name: string): Buffer {
  if (method === stored) return packed;
  if (method === deflated) return inflateRawSync(packed);
  throw new Error(`zip entry ${name} uses compression method ${method}; only stored and deflated are read`);
}
