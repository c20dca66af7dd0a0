// A patch as git writes it, one foldable part for each file. Bounded; the whole is one
// `errand cloud diff` away.
import { element, plain, plainLine } from './text.js';

export const MAX_BYTES = 2_000_000;
const MAX_LINES = 6_000;
const MAX_LINE = 2_000;
const MAX_OPEN_LINES = 600;
const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

class FilePart {
  lines = [];
  added = 0;
  removed = 0;

  // Two times the same name, unless another line says more.
  constructor(header) {
    const names = header.replace(/^diff --git /, '');
    const half = names.slice((names.length + 1) / 2).replace(/"$/, '');
    this.name = names.startsWith(`a/${half.slice(2)}`) || names.startsWith('"') ? half.slice(2) : names;
  }

  meta(line) {
    const name = /^(?:\+\+\+ "?b\/|--- "?a\/)(.*?)"?\t?$/.exec(line);
    if (name) this.name = name[1];
    if (line.startsWith('rename from ')) this.name = line.slice(12);
    if (line.startsWith('rename to ')) this.name = this.renamed = `${this.name} → ${line.slice(10)}`;
    if (/^(old mode|new mode|new file|deleted file|similarity|rename|copy|Binary|GIT binary)/.test(line)) {
      this.lines.push(['meta', line]);
    }
  }

  draw() {
    const part = element('details', 'file');
    part.open = this.lines.length <= MAX_OPEN_LINES;
    const title = element('summary', '', `${plainLine(this.renamed ?? this.name)} `);
    if (this.added) title.append(element('span', 'plus', `+${this.added} `));
    if (this.removed) title.append(element('span', 'minus', `−${this.removed}`));
    const text = element('pre');
    text.tabIndex = 0;
    text.append(...this.lines.map(([kind, line]) => element('span', kind,
      plain(line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)} …` : line))));
    part.append(title, text);
    return part;
  }
}

// Only git's own lines stand outside of a hunk, and a hunk says how many lines it has: no content
// can pass for a header.
function parse(text) {
  const parts = [];
  let part = null;
  let old = 0;
  let now = 0;
  let binary = false;
  let count = 0;
  for (const line of text.split('\n')) {
    if (++count > MAX_LINES) return { parts, whole: false };
    const hunk = HUNK.exec(line);
    if (old > 0 || now > 0) {
      const kind = line[0] === '+' ? 'add' : line[0] === '-' ? 'del' : '';
      if (kind === 'add') part.added++;
      if (kind === 'del') part.removed++;
      if (line[0] !== '\\') {
        old -= kind === 'add' ? 0 : 1;
        now -= kind === 'del' ? 0 : 1;
      }
      part.lines.push([kind, line]);
    } else if (line.startsWith('diff --git ')) {
      part = new FilePart(line);
      parts.push(part);
      binary = false;
    } else if (part && hunk) {
      old = Number(hunk[1] ?? 1);
      now = Number(hunk[2] ?? 1);
      part.lines.push(['hunk', line]);
    } else if (part && line.startsWith('\\')) {
      part.lines.push(['meta', line]);
    } else if (part && !binary) {
      part.meta(line);
      binary = line.startsWith('GIT binary');
    }
  }
  return { parts, whole: true };
}

export function drawDiff(box, { text, whole }) {
  const parsed = parse(text);
  box.replaceChildren(...parsed.parts.map((part) => part.draw()));
  if (!whole || !parsed.whole) {
    box.append(element('p', 'cut', 'The rest is left out here: errand cloud diff has it.'));
  }
}
