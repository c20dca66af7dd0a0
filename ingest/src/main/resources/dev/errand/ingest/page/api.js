// Asks the API with the session's cookie; follows its server-sent events by fetch, which lets a slow
// page slow the server down instead of keeping what it cannot show yet.

const RETRY_MILLIS = 1000;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({ detail: answer.statusText }));
  throw new Refused(answer.status,
    problem.detail + (problem.hint ? `. Perhaps you should ${problem.hint}.` : ''));
}

// Reads at most so many bytes; what is cut may end within a character.
export async function askText(path, maxBytes) {
  const reader = (await ask(path, { headers: { Accept: 'text/plain' } })).body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), whole: true };
    bytes += value.length;
    text += decoder.decode(value, { stream: true });
    if (bytes > maxBytes) {
      await reader.cancel();
      return { text, whole: false };
    }
  }
}

// Source: HTML Living Standard, section 9.2.6, of which the server uses this much.
async function* eventsOf(body) {
  let text = '';
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const whole = text.split('\n\n');
    text = whole.pop();
    for (const block of whole) {
      const event = { name: '', id: '', data: '' };
      for (const line of block.split('\n')) {
        if (line.startsWith('event: ')) event.name = line.slice(7);
        if (line.startsWith('id: ')) event.id = line.slice(4);
        if (line.startsWith('data: ')) event.data = line.slice(6);
      }
      if (event.name) yield event;
    }
  }
}

// Calls on(name, data) until the server says "end", through lost connections; connected(false) and
// connected(true) tell of those.
export async function follow(path, signal, on, connected) {
  let last = '';
  while (!signal.aborted) {
    try {
      const headers = { Accept: 'text/event-stream', ...(last && { 'Last-Event-ID': last }) };
      const answer = await ask(path, { headers, signal });
      connected(true);
      for await (const { name, id, data } of eventsOf(answer.body)) {
        if (id && id === last) continue; // resumed at what is known
        last = id || last;
        await on(name, JSON.parse(data));
        if (name === 'end') return;
      }
    } catch (failure) {
      if (signal.aborted) return;
      if (failure instanceof Refused && failure.status < 500) throw failure;
    }
    connected(false);
    await new Promise((again) => setTimeout(again, RETRY_MILLIS));
  }
}
