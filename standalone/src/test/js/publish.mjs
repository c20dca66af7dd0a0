// Usage: node publish.mjs CLIENT_PROPERTIES SERVER_URL TOKEN_FILE KEY_ID INBOX_KEY TASK OWNER ENV PROMPT
// Publishes a signed task to the public inbox; INBOX_KEY is hexadecimal.
import { kafka, registry } from './clients.mjs';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [file, url, tokenFile, keyId, inboxKey, task, owner, environment, prompt] =
  process.argv.slice(2);
const topic = 'tasks.requested';
const schemas = registry(url, readFileSync(tokenFile, 'utf8').trim());
const id = await schemas.getLatestSchemaId(`${topic}-value`);
const value = await schemas.encode(id, {
  task,
  owner,
  idempotencyKey: `foreign-${task}`,
  environment,
  environmentVersion: 0,
  prompt,
  branch: null,
  attempts: 1,
  requestedAt: Date.now(),
});
const time = Date.now().toString();
const signature = createHmac('sha256', Buffer.from(inboxKey, 'hex'))
  .update(`${topic}\n${time}\n`)
  .update(value)
  .digest('hex');
const producer = kafka(file).producer();
await producer.connect();
await producer.send({
  topic,
  acks: -1,
  messages: [
    {
      key: task,
      value,
      headers: { 'errand-key': keyId, 'errand-time': time, 'errand-signature': signature },
    },
  ],
});
await producer.disconnect();
console.log(task);
