// The live page: asks the API with the session's cookie, and shows text as text only.
'use strict';

const STEPS = ['queued', 'placed', 'container-created', 'checked-out', 'set-up', 'executed', 'presented'];
const MAX_LOG = 400000; // characters; the whole log is one `errand cloud logs` away
const at = (id) => document.getElementById(id);
const show = (id, shown = true) => { at(id).hidden = !shown; };
const element = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
};
// Colours, titles, cursor movements; then every other control but tab and newline.
const plain = (text) => text
  .replace(/\x1b\[[0-?]*[ -\/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(\x07|\x1b\\)?|\x1b./g, '')
  .replace(/\r\n?/g, '\n')
  .replace(/[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');

async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.status === 401) { login(); throw new Error('login'); }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({ detail: answer.statusText }));
    throw new Error(problem.detail + (problem.hint ? ` Perhaps you should ${problem.hint}.` : ''));
  }
  return answer;
}

function login() {
  show('login');
  show('wrong', location.hash === '#wrong-token');
  at('next').value = location.pathname;
}

function problem(failure) {
  if (failure.message === 'login') return;
  at('problem').textContent = failure.message;
  show('problem');
}

async function list() {
  const { items } = await (await ask('/api/v1/tasks?limit=50')).json();
  show('list');
  show('none', items.length === 0);
  at('rows').replaceChildren(...items.map((task) => {
    const row = element('tr');
    const link = element('a', '', task.title);
    link.href = `/codex/tasks/${task.id}`;
    const cell = element('td');
    cell.append(link);
    row.append(element('td', task.state, task.state), cell,
      element('td', '', task.environment ?? ''),
      element('td', '', new Date(task.createdAt).toLocaleString()));
    return row;
  }));
}

let shownDiff = '';

function render(task) {
  show('task');
  document.title = `${task.state}: ${task.title}`;
  at('state').textContent = task.state;
  at('state').className = `state ${task.state}`;
  at('title').textContent = task.title;
  at('facts').textContent = [task.environment, task.branch, task.commit?.slice(0, 12),
    task.owner, new Date(task.createdAt).toLocaleString()].filter(Boolean).join(' · ');
  at('attempts').replaceChildren(...task.attempts.map(attempt));
  const over = ['ready', 'failed', 'cancelled', 'rejected'].includes(task.state);
  show('cancel', !over);
  const failure = task.failure ?? task.attempts.find((one) => one.failure)?.failure;
  show('failure', Boolean(failure));
  if (failure) {
    at('failure').textContent = trouble(failure);
  }
  const lack = task.attempts.find((one) => one.waitsFor)?.waitsFor;
  if (lack) {
    show('failure');
    at('failure').textContent = `Waits. ${trouble(lack)}`;
  }
  const best = task.attempts.find((one) => one.number === task.best) ?? task.attempts.find((one) => one.patch);
  show('apply', Boolean(best?.patch));
  if (best?.patch) {
    at('apply').textContent = `errand apply ${task.id}`;
    diff(task.id, best.number).catch(problem);
  }
  return over;
}

function trouble(one) {
  return plain(`${one.code}: ${one.message}\nPerhaps you should ${one.hint}.`);
}

function attempt(one) {
  const row = element('div', 'attempt');
  row.append(element('strong', one.state, `Attempt ${one.number}`));
  const reached = STEPS.indexOf(one.state);
  STEPS.forEach((step, index) => {
    const name = index <= reached ? 'done' : index === reached + 1 && one.stage ? 'now' : '';
    row.append(element('span', `step ${name}`, step));
  });
  if (reached < 0) row.append(element('span', one.state, one.state));
  if (one.patch) {
    row.append(element('span', '', `${one.patch.files} files +${one.patch.linesAdded} −${one.patch.linesRemoved}`));
  }
  return row;
}

async function diff(id, number) {
  const key = `${id}/${number}`;
  if (shownDiff === key) return;
  shownDiff = key;
  const text = await (await ask(`/api/v1/tasks/${id}/diff?attempt=${number}`)).text();
  show('diffs');
  const kind = (line) => line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ') || line.startsWith('index ')
    ? 'meta' : line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : line.startsWith('@@') ? 'at' : '';
  const lines = text.slice(0, MAX_LOG).split('\n');
  at('diff').replaceChildren(...lines.map((line) => element('span', kind(line), plain(line) + '\n')));
}

function log(text) {
  const box = at('log');
  const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 20;
  box.append(plain(text));
  if (box.textContent.length > MAX_LOG) box.textContent = box.textContent.slice(-MAX_LOG);
  if (atEnd) box.scrollTop = box.scrollHeight;
}

async function watch(id) {
  render(await (await ask(`/api/v1/tasks/${id}`)).json());
  at('cancel').onclick = () => ask(`/api/v1/tasks/${id}/cancel`, { method: 'POST' }).catch(problem);
  const events = new EventSource(`/api/v1/tasks/${id}/events`);
  events.addEventListener('task', (event) => render(JSON.parse(event.data)));
  events.addEventListener('end', () => events.close());
  const logs = new EventSource(`/api/v1/tasks/${id}/logs?follow=true`);
  logs.addEventListener('log', (event) => {
    const piece = JSON.parse(event.data);
    log((piece.truncated ? '\n[part of the output was left out]\n' : '') + piece.text);
  });
  logs.addEventListener('progress', (event) => {
    const news = JSON.parse(event.data);
    log(`\n== ${news.stage}: ${news.kind} ${news.kind === 'started' ? '' : news.text}\n`);
  });
  logs.addEventListener('end', () => logs.close());
}

const id = location.pathname.match(/^\/codex\/tasks\/([0-9A-Z]{26})$/)?.[1];
(id ? watch(id) : list()).catch(problem);
