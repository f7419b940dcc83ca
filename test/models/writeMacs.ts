/**
 * @file Writes macs.md.
 *
 *   node src/build/runTypeScript.mjs test/models/writeMacs.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TraceClient } from '../../src/trace/traceClient';
import { macsTable, measuredGmacs, published } from './macs';

const client = new TraceClient(fileURLToPath(new URL('../../dist', import.meta.url)));
const rows = [];
for (const figure of published.figures) rows.push({ ...figure, ours: await measuredGmacs(client, figure) });
writeFileSync(new URL('macs.md', import.meta.url), macsTable(rows));
client.dispose();
