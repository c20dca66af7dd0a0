// The live output of each attempt, bounded: a log may have a gigabyte, a page may not.
import { PlainStream, at, element, plainLine } from './text.js';

const MAX_CHARACTERS = 400_000;
const MAX_WAITING = 1_000_000;
const NEAR_END_PIXELS = 40;

const MAX_FRAME_MILLIS = 500;

// A browser draws no frame of a page that is covered; the log goes on all the same.
const nextFrame = () => new Promise((drawn) => {
  requestAnimationFrame(drawn);
  setTimeout(drawn, MAX_FRAME_MILLIS);
});

class AttemptLog {
  #streams = new Map();
  #stage = '';
  #waiting = [];
  #waitingSize = 0;
  #size = 0;
  #atLineStart = true;
  #isCut = false;
  #cut = element('span', 'cut', 'What came before is left out here: errand cloud logs has it.\n');

  constructor(number) {
    this.box = element('pre');
    this.box.tabIndex = 0;
    this.box.setAttribute('role', 'log');
    this.box.setAttribute('aria-live', 'off'); // nobody can listen to a build's output
    this.box.setAttribute('aria-label', `Log of attempt ${number}`);
    this.box.hidden = true;
    // Whoever scrolls up wants to read; whoever scrolls to the end wants to follow.
    this.box.addEventListener('wheel', () => requestAnimationFrame(() => {
      at('follow').checked = this.#isAtEnd();
    }), { passive: true });
  }

  get isEmpty() {
    return this.#size + this.#waitingSize === 0;
  }

  // Names the stage where it changes. That it began is said on another topic, at another time.
  output(stage, text) {
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.note(`-- ${stage} --`);
    }
    if (!this.#streams.has(stage)) this.#streams.set(stage, new PlainStream());
    this.#add('', this.#streams.get(stage).accept(text));
  }

  note(text) {
    this.#add('note', (this.#atLineStart ? '' : '\n') + plainLine(text) + '\n');
  }

  #add(kind, text) {
    if (!text) return;
    this.#atLineStart = text.endsWith('\n');
    this.#waiting.push([kind, text]);
    this.#waitingSize += text.length;
    if (this.#waiting.length === 1) nextFrame().then(() => this.#draw());
  }

  // A page that does not keep up makes the server wait.
  async pace() {
    while (this.#waitingSize > MAX_WAITING) await nextFrame();
  }

  #draw() {
    const pieces = document.createDocumentFragment();
    let skipped = Math.max(0, this.#waitingSize - MAX_CHARACTERS); // would go again at once
    let last = null;
    for (const [kind, text] of this.#waiting) {
      const kept = text.slice(Math.min(skipped, text.length));
      skipped -= text.length - kept.length;
      if (!last || last.className !== kind || last.textContent.length > 10_000) {
        last = element('span', kind, '');
        pieces.append(last);
      }
      last.append(kept);
      this.#size += kept.length;
    }
    const isCut = this.#waitingSize > MAX_CHARACTERS;
    this.#waiting = [];
    this.#waitingSize = 0;
    this.box.append(pieces);
    this.#shorten(isCut);
    if (at('follow').checked) this.toEnd();
  }

  #shorten(isCut) {
    this.#isCut ||= isCut;
    this.#cut.remove();
    let first = this.box.firstChild;
    while (this.#size > MAX_CHARACTERS && first !== this.box.lastChild) {
      this.#size -= first.textContent.length;
      first.remove();
      first = this.box.firstChild;
      this.#isCut = true;
    }
    if (this.#isCut) this.box.prepend(this.#cut);
  }

  #isAtEnd() {
    return this.box.scrollTop + this.box.clientHeight >= this.box.scrollHeight - NEAR_END_PIXELS;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
  }
}

export class Logs {
  #attempts = new Map();
  #shown = 1;

  constructor() {
    at('follow').addEventListener('change', () => {
      if (at('follow').checked) this.of(this.#shown).toEnd();
    });
  }

  of(number) {
    if (!this.#attempts.has(number)) {
      const log = new AttemptLog(number);
      this.#attempts.set(number, log);
      at('logs').append(log.box);
      log.box.hidden = number !== this.#shown;
    }
    return this.#attempts.get(number);
  }

  clear() {
    this.#attempts.clear();
    at('logs').replaceChildren();
  }

  choose(number) {
    this.#shown = number;
    this.of(number);
    this.#attempts.forEach((log, key) => { log.box.hidden = key !== number; });
    if (at('follow').checked) this.of(number).toEnd();
  }

  on(name, data) {
    if (name !== 'log' && name !== 'progress') return undefined;
    const log = this.of(data.attempt);
    if (name === 'log') {
      if (data.truncated) log.note('-- some output is left out here: it came too fast --');
      log.output(data.stage, data.text);
    } else if (data.kind !== 'started') {
      log.note(`-- ${data.kind} ${data.text}`);
    }
    return log.pace();
  }
}
