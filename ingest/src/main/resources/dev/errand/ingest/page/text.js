// Makes what containers and users wrote harmless to read. It is only ever shown as text; this takes
// out what would still mislead: terminal sequences, controls, changes of the reading direction.

// Source: ECMA-48 sections 5.4 and 5.6. A string sequence ends with its line at the latest.
const SEQUENCE = /(?:\x1b\[|\x9b)[0-?]*[ -\/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\)?|\x1b[ -\/]*[^\n\x1b]?/g;
const UNFINISHED = /(?:(?:\x1b\[|\x9b)[0-?]{0,64}[ -\/]{0,8}|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,999}\x1b?|\x1b[ -\/]{0,8}|\r)$/;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
// Source: Unicode Standard Annex 9, section 2.
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function plain(text) {
  return text
    .replace(SEQUENCE, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, '')
    .replace(DIRECTION, (c) => `<U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);
}

export const plainLine = (text) => plain(text).replace(/\s+/g, ' ').trim();

// The same for a text that comes in pieces: what may be half a sequence waits for the next piece.
export class PlainStream {
  #rest = '';

  accept(piece) {
    const text = this.#rest + piece;
    this.#rest = UNFINISHED.exec(text)?.[0] ?? '';
    return plain(text.slice(0, text.length - this.#rest.length));
  }
}

export const at = (id) => document.getElementById(id);

export function show(id, shown = true) {
  at(id).hidden = !shown;
}

export function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

// "3 s", "2 min 5 s", "1 h 4 min"
export function duration(from, to) {
  const seconds = Math.max(0, Math.round((new Date(to) - new Date(from)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
