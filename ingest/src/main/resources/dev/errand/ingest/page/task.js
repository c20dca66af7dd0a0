// One task: where it is, what it writes, what came of it.
import { ask, askText, follow } from './api.js';
import { MAX_BYTES, drawDiff } from './diff.js';
import { Logs } from './log.js';
import { at, duration, element, plain, plainLine, show } from './text.js';

const STEPS = ['container', 'checkout', 'setup', 'agent', 'diff']; // the stages' names
const DONE = { 'container-created': 1, 'checked-out': 2, 'set-up': 3, executed: 4, presented: 5 };
const OVER = ['ready', 'failed', 'cancelled', 'rejected'];

export class TaskPage {
  #id;
  #problem;
  #task = null;
  #chosen = 0; // 0: nobody has chosen a tab yet
  #shownDiff = '';
  #logs = new Logs();
  #reading = new AbortController();
  #isLogWhole = false;

  constructor(id, problem) {
    this.#id = id;
    this.#problem = problem;
    at('copy').onclick = () => this.#copy();
    at('cancel').onclick = () => this.#cancel();
    at('tabs').onkeydown = (event) => this.#step(event);
    setInterval(() => this.#clock(), 1000);
  }

  async open() {
    const path = `/api/v1/tasks/${this.#id}`;
    this.#render(await (await ask(path)).json());
    const never = new AbortController().signal;
    follow(`${path}/events`, never, (name, data) => {
      if (name === 'task') this.#render(data);
    }, connected).catch(this.#problem);
    this.#read();
    // A browser opens few connections at a time: pages that nobody sees give theirs back.
    document.addEventListener('visibilitychange', () => {
      if (document.hidden && !this.#isLogWhole) this.#reading.abort();
      if (!document.hidden && this.#reading.signal.aborted) this.#read();
    });
  }

  #read() {
    this.#reading = new AbortController();
    this.#logs.clear();
    this.#logs.choose(this.#number());
    follow(`/api/v1/tasks/${this.#id}/logs?follow=true`, this.#reading.signal, (name, data) => {
      this.#isLogWhole = name === 'end';
      return this.#isLogWhole ? this.#readKept() : this.#logs.on(name, data);
    }, connected).catch(this.#problem);
  }

  // Live output is kept for days, the stages' whole logs for as long as the task.
  async #readKept() {
    for (const { number } of this.#task.attempts) {
      if (!this.#logs.of(number).isEmpty) continue;
      const path = `/api/v1/tasks/${this.#id}/logs?attempt=${number}`;
      const { text, whole } = await askText(path, MAX_BYTES);
      this.#logs.of(number).output('', text);
      if (!whole) this.#logs.of(number).note('-- the rest is left out here: errand cloud logs has it --');
    }
  }

  #render(task) {
    this.#task = task;
    const title = plainLine(task.title);
    show('task');
    document.title = `${task.state}: ${title}`;
    if (at('state').textContent !== task.state) at('state').textContent = task.state;
    at('state').className = `state ${task.state}`;
    at('title').textContent = title;
    at('facts').textContent = [task.environment, task.branch, task.commit?.slice(0, 12), task.owner,
      task.id].filter(Boolean).map(plainLine).join(' · ');
    at('prompt').textContent = plain(task.prompt);
    show('prompts', plain(task.prompt).trim() !== title);
    show('ends', !OVER.includes(task.state));
    this.#renderTabs(task.attempts);
    this.#renderAttempt();
    this.#clock();
  }

  #number() {
    const attempts = this.#task?.attempts ?? [];
    return this.#chosen || this.#task?.best || attempts.find((one) => one.patch)?.number
      || attempts[0]?.number || 1;
  }

  #renderTabs(attempts) {
    show('tabs', attempts.length > 1);
    const focused = document.activeElement?.getAttribute('role') === 'tab';
    at('tabs').replaceChildren(...attempts.map((one) => {
      const size = one.patch ? `, +${one.patch.linesAdded} −${one.patch.linesRemoved}` : '';
      const tab = element('button', one.state, `Attempt ${one.number}: ${one.state}${size}`);
      const chosen = one.number === this.#number();
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-selected', chosen);
      tab.setAttribute('aria-controls', 'panel');
      tab.tabIndex = chosen ? 0 : -1;
      tab.onclick = () => this.#choose(one.number);
      return tab;
    }));
    if (focused) at('tabs').querySelector('[aria-selected=true]')?.focus();
    if (attempts.length > 1) at('panel').setAttribute('role', 'tabpanel');
  }

  #choose(number) {
    this.#chosen = number;
    this.#renderTabs(this.#task.attempts);
    this.#renderAttempt();
  }

  #step(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const numbers = this.#task.attempts.map((one) => one.number);
    const next = numbers[numbers.indexOf(this.#number()) + way];
    if (next) this.#choose(next);
  }

  #renderAttempt() {
    const number = this.#number();
    const one = this.#task.attempts.find((attempt) => attempt.number === number);
    this.#logs.choose(number);
    const done = DONE[one?.state] ?? Math.max(0, STEPS.indexOf(one?.stage));
    // What failed is not always who said so: the diff of an agent that failed is collected too.
    const code = one?.failure?.code ?? '';
    const wrong = code && (STEPS.find((step) => code.startsWith(`${step.toUpperCase()}_`)) ?? one.stage);
    at('steps').replaceChildren(...STEPS.map((step, index) => {
      const here = one?.stage === step && !one.endedAt;
      const kind = step === wrong ? 'wrong' : index < done ? 'done' : here ? 'now' : '';
      const sign = { wrong: '✗ ', done: '✓ ', now: '▸ ' }[kind] ?? '';
      const item = element('li', kind, sign + step);
      if (kind === 'now') item.setAttribute('aria-current', 'step');
      return item;
    }));
    const failure = one?.failure ?? this.#task.failure;
    this.#renderFailure(failure ?? one?.waitsFor, failure ? '' : 'waits: ');
    this.#renderPatch(one);
  }

  #renderFailure(failure, prefix) {
    show('failure', Boolean(failure));
    if (!failure) return;
    const parts = [element('strong', '', prefix + failure.code),
      element('p', '', plain(failure.message)),
      element('p', '', `Perhaps you should ${plain(failure.hint)}.`)];
    if (failure.lastLines?.length) {
      const box = element('pre', '', plain(failure.lastLines.join('\n')));
      box.tabIndex = 0;
      parts.push(element('p', '', 'The last lines of its log:'), box);
    }
    at('failure').replaceChildren(...parts);
    const lines = at('failure').querySelector('pre');
    if (lines) lines.scrollTop = lines.scrollHeight; // what went wrong was said last
  }

  #renderPatch(one) {
    const patch = one?.patch;
    show('take', Boolean(patch) && patch.files > 0);
    show('diffs', Boolean(patch));
    if (!patch) return;
    const best = one.number === this.#task.best;
    at('apply').textContent = `errand apply ${best ? '' : `--attempt ${one.number} `}${this.#id}`;
    at('size').textContent = patch.files === 0 ? 'nothing was changed'
      : `${patch.files} ${patch.files === 1 ? 'file' : 'files'}, +${patch.linesAdded} −${patch.linesRemoved}`;
    // Until a turn ends, its diff is the one before.
    const key = `${one.number}/${one.turn}/${one.run}/${one.endedAt ?? ''}`;
    if (this.#shownDiff === key) return;
    this.#shownDiff = key;
    at('diff').replaceChildren();
    if (patch.bytes === 0) return;
    askText(`/api/v1/tasks/${this.#id}/diff?attempt=${one.number}`, MAX_BYTES)
      .then((text) => { if (this.#shownDiff === key) drawDiff(at('diff'), text); })
      .catch(this.#problem);
  }

  #clock() {
    if (!this.#task) return;
    const { createdAt, completedAt } = this.#task;
    const created = new Date(createdAt).toLocaleString();
    at('time').textContent = completedAt ? `${created}, took ${duration(createdAt, completedAt)}`
      : `${created}, for ${duration(createdAt, Date.now())}`;
  }

  async #copy() {
    await navigator.clipboard?.writeText(at('apply').textContent).catch(() => {});
    getSelection().selectAllChildren(at('apply')); // shows what was copied, or lets it be copied
  }

  // Twice: what runs may have cost an hour.
  #cancel() {
    const button = at('cancel');
    if (button.textContent !== 'Really cancel?') {
      button.textContent = 'Really cancel?';
      return;
    }
    button.disabled = true;
    ask(`/api/v1/tasks/${this.#id}/cancel`, { method: 'POST' })
      .catch(this.#problem)
      .finally(() => { button.disabled = false; });
  }
}

function connected(is) {
  const text = is ? '' : 'Connection lost, trying again ...';
  if (at('connection').textContent !== text) at('connection').textContent = text;
}
