// Usage: node read-all.mjs CLIENT_PROPERTIES SERVER_URL TOKEN_FILE
// Reads every topic from its beginning to where it ends now, and prints each record as a line of
// JSON: {"topic", "key", "type", "value"}.
import { kafka, registry } from './clients.mjs';
import { readFileSync } from 'node:fs';

const [file, url, tokenFile] = process.argv.slice(2);
const client = kafka(file);
const schemas = registry(url, readFileSync(tokenFile, 'utf8').trim());
const admin = client.admin();
await admin.connect();
const topics = (await admin.listTopics()).filter((name) => !/^__|-changelog$|-repartition$/.test(name));
const ends = new Map();
for (const topic of topics) {
  for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
    if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, Number(high));
  }
}
await admin.disconnect();

const text = (_, value) =>
  typeof value === 'bigint' ? value.toString() : Buffer.isBuffer(value) ? value.toString('base64') : value;
const consumer = client.consumer({ groupId: `foreign-${process.pid}` });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await new Promise((resolve, reject) => {
  const finished = (key, next) => {
    if (ends.has(key) && next >= ends.get(key)) ends.delete(key);
    if (ends.size === 0) resolve();
  };
  if (ends.size === 0) resolve();
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) =>
    finished(`${payload.topic}/${payload.partition}`, Number(payload.lastOffset) + 1));
  consumer
    .run({
      eachMessage: async ({ topic, message }) => {
        try {
          const value = await schemas.decode(message.value);
          const line = { topic, key: message.key?.toString(), type: value.constructor.name, value };
          console.log(JSON.stringify(line, text));
        } catch (failure) {
          reject(new Error(`${topic}: ${failure.message}`));
        }
      },
    })
    .catch(reject);
});
await consumer.disconnect();
