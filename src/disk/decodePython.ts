/** @file Python source as text: UTF-8, unless a coding comment in one of the first two lines says otherwise (PEP 263). */

const cookie = /^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)/;
/** Python's names of encodings that WHATWG, whose names `TextDecoder` knows, spells in another way. */
const otherNames: Readonly<Record<string, string>> = {
  'latin-1-unix': 'latin1',
  'latin-1': 'latin1',
  'iso-latin-1': 'latin1',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  cp936: 'gbk',
  cp932: 'shift_jis',
  cp949: 'euc-kr',
};

/** A byte order mark is left out, an encoding that nobody knows read as UTF-8. */
export function decodePython(bytes: Uint8Array): string {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 400));
  const [first = '', second = ''] = start.split(/\r\n|\r|\n/, 2);
  const isBlank = /^[ \t\f]*(#.*)?$/.test(first.replace(/^ï»¿/, ''));
  const name = (cookie.exec(first.replace(/^ï»¿/, '')) ?? (isBlank ? cookie.exec(second) : null))?.[1];
  return decoderOf(name?.toLowerCase().replaceAll('_', '-') ?? 'utf-8').decode(bytes);
}

function decoderOf(name: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(otherNames[name] ?? name);
  } catch {
    return new TextDecoder();
  }
}
