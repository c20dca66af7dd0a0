// Where the page begins: the list of tasks, or one of them, for whoever has logged in.
import { ask } from './api.js';
import { TaskPage } from './task.js';
import { at, element, plainLine, show } from './text.js';

const PAGE = 50;

function problem(failure) {
  if (failure.status === 401) {
    show('login');
    show('task', false);
    show('list', false);
    show('wrong', location.hash === '#wrong-token');
    at('next').value = location.pathname;
    at('token').focus();
    return;
  }
  at('problem').textContent = failure.message;
  show('problem');
}

function row(task) {
  const link = element('a');
  link.href = `/codex/tasks/${task.id}`;
  const facts = [task.environment, new Date(task.createdAt).toLocaleString()].filter(Boolean);
  link.append(element('span', `state ${task.state}`, task.state),
    element('b', '', plainLine(task.title)),
    element('span', 'soft', facts.map(plainLine).join(' · ')));
  const item = element('li');
  item.append(link);
  return item;
}

async function list(cursor) {
  const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
  const page = await (await ask(`/api/v1/tasks?limit=${PAGE}${more}`)).json();
  show('list');
  at('rows').append(...page.items.map(row));
  show('none', at('rows').children.length === 0);
  show('older', Boolean(page.cursor));
  at('older').onclick = () => list(page.cursor).catch(problem);
}

const id = location.pathname.match(/^\/codex\/tasks\/([0-9A-Z]{26})$/)?.[1];
(id ? new TaskPage(id, problem).open() : list()).catch(problem);
