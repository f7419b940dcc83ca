/** @file Constructor arguments as people type them: Python literals and JSON, both read, Python written. */

export type ParsedLiteral = { readonly ok: unknown } | { readonly error: string };

/**
 * Reads numbers, strings in either quote, `True`/`true`, `False`/`false`, `None`/`null`, lists, tuples (as lists) and
 * dicts with string keys. Nothing is evaluated.
 */
export function parsePythonLiteral(text: string): ParsedLiteral {
  const reader = new LiteralReader(text);
  try {
    return { ok: reader.whole() };
  } catch (error) {
    if (error instanceof LiteralError) return { error: error.message };
    throw error;
  }
}

export function formatPythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(formatPythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(
      ([key, item]) => `${formatPythonLiteral(key)}: ${formatPythonLiteral(item)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  return String(value);
}

class LiteralError extends Error {}

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['None', null],
  ['null', null],
]);

const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

class LiteralReader {
  private position = 0;

  constructor(private readonly text: string) {}

  whole(): unknown {
    const value = this.value();
    this.space();
    if (this.position < this.text.length) throw this.unexpected();
    return value;
  }

  private value(): unknown {
    this.space();
    const first = this.text[this.position];
    if (first === undefined) throw new LiteralError('a value is missing');
    if (first === '[' || first === '(') return this.sequence(first);
    if (first === '{') return this.dict();
    if (first === "'" || first === '"') return this.string(first);
    const number = /^[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[-+]?\d+)?/i.exec(this.text.slice(this.position));
    if (number) {
      this.position += number[0].length;
      return Number(number[0].replaceAll('_', ''));
    }
    const word = /^[A-Za-z_][\w.]*/.exec(this.text.slice(this.position))?.[0];
    if (word === undefined) throw this.unexpected();
    if (!words.has(word))
      throw new LiteralError(`${word} is no literal: write a number, 'text', True, None or a list`);
    this.position += word.length;
    return words.get(word);
  }

  private sequence(open: string): unknown {
    const close = closing[open]!;
    const items: unknown[] = [];
    let commas = 0;
    this.position++;
    for (;;) {
      if (this.takes(close)) break;
      items.push(this.value());
      if (this.takes(close)) break;
      this.expect(',', close);
      commas++;
    }
    return open === '(' && items.length === 1 && commas === 0 ? items[0] : items;
  }

  private dict(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.position++;
    for (;;) {
      if (this.takes('}')) break;
      const key = this.value();
      if (typeof key !== 'string') throw new LiteralError('the keys of a dict must be text here');
      this.expect(':', ':');
      entries.push([key, this.value()]);
      if (this.takes('}')) break;
      this.expect(',', '}');
    }
    return Object.fromEntries(entries);
  }

  private string(quote: string): string {
    let value = '';
    for (this.position++; this.position < this.text.length; this.position++) {
      const char = this.text[this.position]!;
      if (char === quote) {
        this.position++;
        return value;
      }
      if (char === '\\') this.position++;
      value += this.text[this.position] ?? '';
    }
    throw new LiteralError(`text that starts with ${quote} must end with it`);
  }

  private takes(char: string): boolean {
    this.space();
    if (this.text[this.position] !== char) return false;
    this.position++;
    return true;
  }

  private expect(char: string, wanted: string): void {
    if (this.takes(char)) return;
    if (this.position >= this.text.length) throw new LiteralError(`${wanted} is missing at the end`);
    throw this.unexpected();
  }

  private space(): void {
    while (/\s/.test(this.text[this.position] ?? '')) this.position++;
  }

  private unexpected(): LiteralError {
    return new LiteralError(`unexpected ${this.text[this.position]} at character ${this.position + 1}`);
  }
}
