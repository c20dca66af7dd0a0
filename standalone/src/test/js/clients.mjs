// What both scripts need: a connection from the installation's own client file, and the registry.
import { Kafka, logLevel } from 'kafkajs';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { readFileSync } from 'node:fs';

/** Reads Java's .properties as far as the installation writes it. */
export function properties(file) {
  const entries = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1).replace(/\\(.)/g, '$1'),
    ]);
  return Object.fromEntries(entries);
}

export function kafka(file) {
  const settings = properties(file);
  return new Kafka({
    clientId: 'foreign',
    brokers: settings['bootstrap.servers'].split(','),
    logLevel: logLevel.ERROR,
    sasl: { mechanism: 'plain', username: 'errand', password: settings['errand.broker.password'] },
    ssl: false,
  });
}

export function registry(url, token) {
  return new SchemaRegistry({
    host: `${url}/registry`,
    agent: undefined,
    middlewares: [
      () => ({
        request: (request) => request.enhance({ headers: { Authorization: `Bearer ${token}` } }),
      }),
    ],
  });
}
