import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readZipEntry } from './zip.ts';

interface Entry {
  readonly name: string;
  readonly text: string;
  readonly method?: number;
  readonly checksum?: number;
}

function zip(...entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = [];
  const headers: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const method = entry.method ?? 8;
    const packed = method === 8 ? deflateRawSync(entry.text) : Buffer.from(entry.text);
    const name = Buffer.from(entry.name);
    const local = Buffer.alloc(30);
    local.write('PK\x03\x04', 'latin1');
    local.writeUInt16LE(name.length, 26);
    const header = Buffer.alloc(46);
    header.write('PK\x01\x02', 'latin1');
    header.writeUInt16LE(method, 10);
    header.writeUInt32LE(entry.checksum ?? crc32(entry.text), 16);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt32LE(offset, 42);
    locals.push(local, name, packed);
    headers.push(header, name);
    offset += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...headers, end]);
}

const archive = zip(
  { name: 'helm/', text: '', method: 0 },
  { name: 'helm/helm', text: 'a binary' },
  { name: 'kubectl/kubectl', text: 'stored as it is', method: 0 },
);

describe('reading a zip archive', () => {
  it('inflates a deflated entry', () => {
    expect(readZipEntry(archive, 'helm/helm').toString()).toBe('a binary');
  });

  it('returns a stored entry as it is', () => {
    expect(readZipEntry(archive, 'kubectl/kubectl').toString()).toBe('stored as it is');
  });

  it('names the entry that is not there', () => {
    expect(() => readZipEntry(archive, 'helm/tiller')).toThrow('no entry helm/tiller');
  });

  it('refuses an entry whose bytes do not match their checksum', () => {
    expect(() => readZipEntry(zip({ name: 'a', text: 'b', checksum: 1 }), 'a')).toThrow('checksum');
  });

  it('refuses a compression method it does not know', () => {
    expect(() => readZipEntry(zip({ name: 'a', text: 'b', method: 12 }), 'a')).toThrow('method 12');
  });

  it('refuses what is not an archive', () => {
    expect(() => readZipEntry(Buffer.from('<html>'), 'a')).toThrow('not a zip archive');
  });
});
