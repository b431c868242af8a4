// The dashboard: what api/v1/events tells, as a list of all groups and a page of each. Names and words of the cluster become text,
// never markup. Every path is relative, so that the page works below any other.

const SILENCE = 12_000; // The server shows every 5 s that it lives.
const MINUTE = 60_000;
const SPANS = [8, 20, 40, 60].map((each) => each * MINUTE); // What the picture may show, as long as less is known.
const PAGE_STEP = 10;

const LEVEL_WORDS = ['fine', 'note', 'moving', 'attention', 'down'];
const MEANING = {
  Paused: 'nothing moves but what an operator asks for',
  Holding: 'a move is due and is not made',
  Flapping: 'it moved so often that it is left as it is for a while',
  SelfDoubt: 'the supervisor doubts its own probes, and nothing moves because of them',
  Disputed: 'the active pod fails for this supervisor, and too few others say so',
  SealBlocked: 'a switch waits for a pod, or endpoints, that cannot be written',
  NoHealthyCandidate: 'nobody could take over now',
  EndpointsLag: 'the active pod is Ready and in no EndpointSlice yet',
  ActiveNotReady: 'the active pod is not Ready',
  RecordUnavailable: 'the Lease cannot be read or written, so that nothing can move',
  Waiting: 'nothing can be done before something else changes',
};
const STEPS = ['announcing', 'listing', 'sealing', 'trying', 'demoting', 'settling', 'promoting'];
const STANDING = {
  Leading: 'led here',
  InDoubt: 'led here, in doubt: nothing is written until the Lease is renewed',
  Standby: 'led by another replica',
};

const $ = (id) => document.getElementById(id);

// MARK: What is known

const groups = new Map(); // By NAMESPACE/NAME: what the server said, and what is derived from it.
let seen = null; // While everything is told anew: what was told so far.
let clockOffset = 0; // By how much the server's clock is ahead of ours.
let isComplete = false;

const keyOf = (status) => `${status.namespace}/${status.name}`;
const now = () => Date.now() + clockOffset;

function setClock(time) {
  if (Number.isFinite(time)) clockOffset = time - Date.now();
}

/// 4: nobody serves; 3: something needs a look; 2: it moves right now; 1: worth knowing; 0: fine.
function levelOf(status) {
  const holds = new Set(status.conditions);
  if (status.switch && !holds.has('SealBlocked') && !holds.has('Holding')) return 2;
  if (status.active.length !== 1 || !holds.has('Available')) return 4;
  const quiet = new Set(['Available', 'Paused', 'NoHealthyCandidate']);
  if (status.standing === 'InDoubt' || status.conditions.some((each) => !quiet.has(each))) return 3;
  if (holds.has('NoHealthyCandidate')) return status.members.length > 1 ? 3 : 1;
  return holds.has('Paused') || status.scheduled || status.members.some((each) => each.health === 'unhealthy') ? 1 : 0;
}

function wordsOf(status) {
  const words = standingWords(status);
  return status.scheduled ? `${words}; ${scheduledWords(status.scheduled)} ${moment(status.scheduled.due)}` : words;
}

function standingWords(status) {
  if (status.state !== 'ok') return status.state;
  if (status.conditions.includes('NoHealthyCandidate')) return 'nobody could take over';
  const failing = status.members.filter((each) => each.health === 'unhealthy').map((each) => each.name);
  return failing.length ? `ok; ${failing.join(', ')} unhealthy` : 'ok';
}

const scheduledWords = ({ pod, force }) => `switchover to ${pod ?? 'the best pod'}${force ? ', forced,' : ''} due`;

const listOf = (value, isRight) => (Array.isArray(value) ? value.filter(isRight) : []);
const isText = (value) => typeof value === 'string';
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const textOr = (value, other) => (isText(value) ? value : other);

/// With every field of the kind that is shown, whatever was told: a group of another shape costs the others nothing.
function shaped(told) {
  const status = isObject(told) ? { ...told } : {};
  for (const name of ['namespace', 'name', 'service', 'mode', 'standing']) status[name] = textOr(status[name], '');
  status.state = textOr(status.state, 'not understood');
  status.conditions = listOf(status.conditions, isText);
  status.active = listOf(status.active, isText);
  for (const name of ['next', 'activeSince']) status[name] = textOr(status[name], null);
  status.members = listOf(status.members, isObject).map((each) => ({
    ...each, name: textOr(each.name, ''), health: textOr(each.health, 'unknown'),
  }));
  status.switch = isObject(status.switch) ? status.switch : null;
  status.scheduled = isObject(status.scheduled) ? scheduled(status.scheduled) : null;
  return status;
}

/// What somebody asked for at a later time; nothing of it is longer than a name.
function scheduled({ pod, force, due, at, by }) {
  const brief = (value) => (isText(value) ? value.slice(0, 253) : null);
  return { pod: brief(pod), force: force === true, due: textOr(brief(due), 'at an unknown time'), at: brief(at), by: brief(by) };
}

function learn(told) {
  const status = shaped(told);
  const key = keyOf(status);
  const before = groups.get(key);
  const entry = {
    key, status,
    level: levelOf(status),
    words: wordsOf(status),
    healthy: status.members.filter((each) => each.health === 'healthy').length,
    since: status.activeSince ? Date.parse(status.activeSince) : 0,
    movedAt: before?.movedAt ?? 0,
    text: '',
  };
  entry.text = [key, entry.words, status.service, ...status.conditions, ...status.members.map((each) => each.name)]
    .join('\n').toLowerCase();
  if (before && before.status.active.join() !== status.active.join()) entry.movedAt = performance.now();
  groups.set(key, entry);
  seen?.add(key);
  if (key === openKey()) detail.changed();
}

function forget(key) {
  groups.delete(key);
  if (key === openKey()) detail.changed();
}

// MARK: The connection

const connection = {
  source: null, heardAt: 0, everHeard: false, retryAt: 0, pause: 1000,

  open() {
    this.source?.close();
    const source = new EventSource('api/v1/events');
    this.source = source;
    this.retryAt = 0;
    const on = (name, take) => source.addEventListener(name, (event) => {
      this.heard();
      take(JSON.parse(event.data));
      schedule();
    });
    on('reset', ({ time }) => { setClock(time); seen = new Set(); isComplete = false; });
    on('group', learn);
    on('removed', (gone) => forget(keyOf(gone)));
    on('heartbeat', ({ time }) => setClock(time));
    on('ready', () => {
      for (const key of seen ? groups.keys() : []) if (!seen.has(key)) forget(key);
      seen = null;
      isComplete = true;
    });
    source.onerror = () => {
      // A browser tries again by itself unless it was refused; then we do.
      if (source.readyState === EventSource.CLOSED && !this.retryAt) this.later();
      schedule();
    };
  },
  later() {
    this.retryAt = Date.now() + this.pause;
    this.pause = Math.min(this.pause * 2, 15_000);
  },
  heard() { this.heardAt = Date.now(); this.everHeard = true; this.pause = 1000; },
  get state() {
    const isOpen = this.source?.readyState === EventSource.OPEN;
    if (isOpen && Date.now() - this.heardAt < SILENCE) return 'live';
    return this.everHeard || this.retryAt ? 'lost' : 'connecting';
  },
  /// A sleeping laptop, a proxy that ends without a word: nothing comes, and nobody says so.
  tick() {
    const isSilent = this.source?.readyState === EventSource.OPEN && Date.now() - this.heardAt > 2 * SILENCE;
    if (isSilent || (this.retryAt && Date.now() >= this.retryAt)) this.open();
  },
  show() {
    const state = this.state;
    const age = this.everHeard ? `; this is ${ago(Date.now() - this.heardAt)} old` : '';
    const words = { live: 'live', connecting: 'connecting', lost: `not connected${age}` }[state];
    const node = $('connection');
    if (node.dataset.state !== state) node.dataset.state = state;
    setText(node, words);
  },
};

// MARK: Words

function ago(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const since = (time) => (time ? ago(now() - Date.parse(time)) : '');
const agoOf = (time) => (time ? `${since(time)} ago` : 'never');
const clock = (time) => new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/// A time of any day, with its day unless that is today; what is no time stays as it is.
function moment(time) {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const isToday = at.toDateString() === new Date(now()).toDateString();
  return isToday ? clock(time) : `${at.toLocaleDateString()} ${clock(time)}`;
}

/// How long it is until a time.
function until(time) {
  const rest = Date.parse(time) - now();
  if (Number.isNaN(rest)) return '';
  return rest > 0 ? `in ${ago(rest)}` : 'now';
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/// An element with classes and children; strings become text.
function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((each) => each !== null && each !== undefined));
  return node;
}

// Texts that change by themselves: each is made anew every second while it is shown.
let ticking = [];
function tickingText(make) {
  const node = document.createTextNode(make());
  ticking.push({ node, make });
  return node;
}

// MARK: The list

const list = {
  shown: [], chosen: null, pool: new Map(), rowHeight: 32,

  /// Those that the filter lets through, in their order.
  arrange() {
    const words = $('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [...groups.values()].filter((each) => words.every((word) => each.text.includes(word)));
    const byName = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    const orders = {
      attention: (a, b) => b.level - a.level || byName(a, b),
      name: byName,
      recent: (a, b) => b.since - a.since || byName(a, b),
      health: (a, b) => a.healthy / (a.status.members.length || 1) - b.healthy / (b.status.members.length || 1) || byName(a, b),
    };
    this.shown = found.sort(orders[$('order').value] ?? byName);
    if (!this.shown.some((each) => each.key === this.chosen)) this.chosen = this.shown[0]?.key ?? null;
  },

  render() {
    const rows = $('rows');
    const height = this.rowHeight;
    const space = $('space');
    space.style.height = `${this.shown.length * height}px`;
    rows.setAttribute('aria-rowcount', this.shown.length);
    const first = Math.max(0, Math.floor(rows.scrollTop / height) - 8);
    const last = Math.min(this.shown.length, Math.ceil((rows.scrollTop + rows.clientHeight) / height) + 8);
    const wanted = new Map(this.shown.slice(first, last).map((entry, index) => [entry.key, first + index]));
    const free = [];
    for (const [key, row] of this.pool) if (!wanted.has(key)) { free.push(row); this.pool.delete(key); }
    for (const [key, index] of wanted) {
      let row = this.pool.get(key);
      if (!row) {
        row = free.pop() ?? this.makeRow(space);
        row.classList.remove('moved');
        this.pool.set(key, row);
      }
      this.fill(row, this.shown[index], index);
    }
    for (const row of free) row.remove();
    const chosen = this.pool.get(this.chosen);
    if (chosen) rows.setAttribute('aria-activedescendant', chosen.id); else rows.removeAttribute('aria-activedescendant');
    this.renderEmpty();
  },

  renderEmpty() {
    const empty = $('empty');
    empty.hidden = this.shown.length > 0;
    if (empty.hidden) return;
    setText(empty, groups.size ? 'No group fits the filter.'
      : isComplete ? 'This supervisor runs no groups.' : 'Waiting for the supervisor’s answer.');
  },

  count: 0,
  makeRow(space) {
    const row = make('div', 'row');
    row.setAttribute('role', 'row');
    row.id = `row-${this.count++}`;
    for (const name of ['mark', 'group-name', 'active-pod pod', 'since', 'healthy-count', 'next pod', 'state']) {
      const cell = make('span', name);
      cell.setAttribute('role', 'gridcell');
      row.append(cell);
    }
    row.children[1].append(make('i', ''), '');
    row.addEventListener('click', () => { this.chosen = row.dataset.key; show(row.dataset.key); });
    space.append(row);
    return row;
  },

  fill(row, entry, index) {
    const { status } = entry;
    const [mark, name, active, since, healthy, next, state] = row.children;
    row.dataset.key = entry.key;
    row.dataset.level = entry.level;
    row.dataset.standing = status.standing;
    row.setAttribute('aria-rowindex', index + 1);
    row.setAttribute('aria-selected', entry.key === this.chosen);
    row.style.transform = `translateY(${index * this.rowHeight}px)`;
    setText(mark, LEVEL_WORDS[entry.level]);
    setText(name.firstChild, `${status.namespace}/`);
    if (name.lastChild.data !== status.name) name.lastChild.data = status.name;
    name.title = entry.key;
    setText(active, status.active.join(', ') || 'nobody');
    active.classList.toggle('none', status.active.length !== 1);
    setText(since, status.activeSince ? ago(now() - entry.since) : '');
    setText(healthy, `${entry.healthy}/${status.members.length}`);
    setText(next, status.next ?? '–');
    setText(state, entry.words);
    state.title = entry.words;
    const isFresh = performance.now() - entry.movedAt < 2000 && entry.movedAt > 0;
    row.classList.toggle('moved', isFresh);
  },

  choose(index) {
    const entry = this.shown[Math.max(0, Math.min(this.shown.length - 1, index))];
    if (!entry) return;
    this.chosen = entry.key;
    const rows = $('rows');
    const top = this.shown.indexOf(entry) * this.rowHeight;
    const room = rows.clientHeight - $('head').offsetHeight;
    if (top < rows.scrollTop) rows.scrollTop = top;
    else if (top + this.rowHeight > rows.scrollTop + room) rows.scrollTop = top + this.rowHeight - room;
    this.render();
  },

  step(distance) { this.choose(this.shown.findIndex((each) => each.key === this.chosen) + distance); },
};

function showSummary() {
  const counts = [0, 0, 0, 0, 0];
  for (const each of groups.values()) counts[each.level] += 1;
  const urgent = counts[4] + counts[3];
  const parts = [make('b', '', plural(groups.size, 'group'))];
  if (counts[4]) parts.push(` · ${counts[4]} down`);
  if (counts[3]) parts.push(` · ${plural(counts[3], 'needs', 'need')} attention`);
  if (counts[2]) parts.push(` · ${counts[2]} moving`);
  const node = $('summary');
  const text = parts.map((each) => each.textContent ?? each).join('');
  if (node.textContent !== text) node.replaceChildren(...parts);
  const title = urgent ? `(${urgent}) kube-standby` : 'kube-standby';
  if (document.title !== title) document.title = title;
}

// MARK: One group

const detail = {
  key: null, timeline: null, asked: 0, timer: null, isDirty: true,

  open(key) {
    if (this.key !== key) this.timeline = null;
    this.key = key;
    this.isDirty = true;
    this.ask();
  },
  close() { this.key = null; clearTimeout(this.timer); this.timer = null; ticking = []; },
  changed() { this.isDirty = true; if (!this.timer) this.timer = setTimeout(() => { this.timer = null; this.ask(); }, 300); },

  /// The last hour is not part of the events.
  async ask() {
    const key = this.key;
    if (!groups.has(key)) return;
    this.asked = Date.now();
    try {
      const path = key.split('/').map(encodeURIComponent).join('/');
      const answer = await fetch(`api/v1/groups/${path}`, { signal: AbortSignal.timeout(10_000) });
      if (!answer.ok || this.key !== key) return;
      const { timeline } = await answer.json();
      this.timeline = isObject(timeline) ? { ...timeline, changes: listOf(timeline.changes, isObject) } : null;
      this.isDirty = true;
      schedule();
    } catch { /* The next heartbeat says that we are not connected; the picture stays as it was. */ }
  },

  tick() { if (this.key && Date.now() - this.asked > 15_000) this.ask(); },

  render() {
    if (!this.isDirty) return;
    this.isDirty = false;
    ticking = [];
    const entry = groups.get(this.key);
    const back = make('p', 'back', link('#', '← all groups'));
    const section = $('group');
    const top = section.scrollTop;
    section.replaceChildren(back, ...(entry ? this.content(entry) : [this.missing()]));
    section.scrollTop = top;
  },

  missing() {
    const words = isComplete ? 'No such group runs here.' : 'Waiting for the supervisor’s answer.';
    return make('p', 'message', words);
  },

  content(entry) {
    const { status } = entry;
    const title = make('h2', '', make('i', '', `${status.namespace}/`), status.name);
    const mark = make('span', 'mark', LEVEL_WORDS[entry.level]);
    const line = make('div', 'headline', mark, make('span', 'state', entry.words));
    line.dataset.level = entry.level;
    return [
      title, line, this.facts(entry), this.holds(status), ...this.scheduled(status), ...this.progress(status),
      make('h3', '', 'Members'), this.members(status),
      make('h3', '', 'The last hour'), ...this.history(status),
    ].filter(Boolean);
  },

  facts({ status, healthy }) {
    const active = make('dd', 'pod', status.active.join(', ') || 'nobody');
    if (status.activeSince) active.append(make('small', 'message', ' for ', tickingText(() => since(status.activeSince))));
    const facts = [
      ['Active', active], ['Next', make('dd', 'pod', status.next ?? 'nobody could take over')],
      ['Healthy', make('dd', '', `${healthy} of ${status.members.length}`)],
      ['Service', make('dd', 'pod', status.service)], ['Mode', make('dd', '', status.mode)],
      ['Epoch', make('dd', '', `${status.epoch ?? '–'}`)], ['Standing', make('dd', '', STANDING[status.standing] ?? status.standing)],
    ];
    return make('dl', 'facts', ...facts.map(([name, value]) => make('div', '', make('dt', '', name), value)));
  },

  holds(status) {
    const shown = status.conditions.filter((each) => each !== 'Available');
    if (!shown.length) return null;
    const lines = shown.map((each) => make('li', '', make('b', '', each), make('span', '', MEANING[each] ? `: ${MEANING[each]}` : '')));
    return make('ul', 'holds', ...lines);
  },

  scheduled({ scheduled: request }) {
    if (!request) return [];
    const time = make('time', '', moment(request.due));
    time.dateTime = request.due;
    const who = ` by ${request.by ?? 'somebody'}${request.at ? ` at ${moment(request.at)}` : ''}`;
    const words = make('p', 'message scheduled', `${scheduledWords(request)} `, time, ' ', tickingText(() => until(request.due)), `; asked for${who}`);
    return [make('h3', '', 'Scheduled'), words];
  },

  progress(status) {
    const move = status.switch;
    if (!move) return [];
    const at = STEPS.indexOf(move.step);
    const steps = (at < 0 ? [...STEPS, move.step] : STEPS).map((name, index) => {
      const item = make('li', index < at ? 'done' : '', name);
      if (name === move.step) item.setAttribute('aria-current', 'step');
      return item;
    });
    const words = make('p', 'message', `to ${move.to ?? 'nobody'}, ${move.cause}, epoch ${move.epoch}, for `, tickingText(() => since(move.startedAt)));
    const waits = move.waitsFor ? make('p', 'unhealthy', `waits for ${move.waitsFor}`) : null;
    return [make('h3', '', 'Switch'), make('ol', 'steps', ...steps), words, waits];
  },

  members(status) {
    const head = ['Pod', 'Role', 'Health', 'Candidate', 'Priority', 'Node'];
    const rows = status.members.map((member) => this.member(member, status));
    const table = make('table', '', make('thead', '', make('tr', '', ...head.map((each) => make('th', '', each)))), make('tbody', '', ...rows));
    rows.forEach((row) => [...row.children].forEach((cell, index) => { cell.dataset.label = head[index]; }));
    return table;
  },

  member(member, status) {
    const health = make('td', '', make('span', member.health, member.health));
    if (member.healthSince) health.firstChild.append(' ', tickingText(() => since(member.healthSince)));
    if (member.failingSince) health.append(make('small', '', 'failing for ', tickingText(() => since(member.failingSince))));
    // Of a healthy pod every probe succeeds, and not every one is told.
    if (member.health !== 'healthy') health.append(make('small', '', 'last success ', tickingText(() => agoOf(member.lastSuccess))));
    if (member.noResult) {
      const age = member.noResultSince ? [' for ', tickingText(() => since(member.noResultSince))] : [];
      health.append(make('small', '', 'no result', ...age, `: ${member.noResult}`));
    }
    if (!member.isReady) health.append(make('small', '', 'not Ready'));
    const isNext = status.next === member.name;
    const may = member.isCandidate ? (isNext ? 'yes, next' : 'yes') : `no: ${member.refusal ?? ''}`;
    const place = make('td', '', member.node ?? '');
    if (member.zone) place.append(make('small', '', member.zone));
    const role = make('span', member.role === 'active' ? 'role-active' : '', member.role ?? 'none');
    return make('tr', member.role === 'active' ? 'active' : '',
      make('td', 'pod', member.name), make('td', '', role), health, make('td', 'why', may), make('td', '', `${member.priority}`), place);
  },

  history(status) {
    if (!this.timeline) return [make('p', 'message', 'not known yet')];
    const width = Math.max(240, Math.min(1180, $('group').clientWidth - 32) - 26);
    const names = [['healthy', 'healthy'], ['unhealthy', 'unhealthy'], ['unknown', 'unknown'], ['active', 'active'], ['move', 'move']];
    const legend = make('ul', 'legend', ...names.map(([kind, words]) => make('li', kind, words)));
    return [make('div', 'picture', picture(status, this.timeline, width)), legend, this.changes()];
  },

  changes() {
    const recent = this.timeline.changes.slice(-40).reverse();
    if (!recent.length) return make('p', 'message', 'Nothing has changed.');
    const items = recent.map((change) => {
      const time = make('time', '', clock(change.at));
      time.dateTime = change.at;
      return make('li', '', time, make('span', '', changeWords(change)));
    });
    const section = make('ol', 'changes', ...items);
    return make('div', '', make('h3', '', 'Changes'), section);
  },
};

function changeWords({ kind, member, from, to, cause }) {
  switch (kind) {
    case 'health': return `${member}: ${from} → ${to}`;
    case 'role': return `${member}: label ${from ?? 'none'} → ${to ?? 'none'}`;
    case 'joined': return `${member} joined`;
    case 'left': return `${member} left`;
    case 'moved': return `moved from ${from ?? 'nobody'} to ${to ?? 'nobody'}: ${cause}`;
    default: return [kind, member, from, to, cause].filter(Boolean).join(' ');
  }
}

function link(target, words) {
  const node = make('a', '', words);
  node.href = target;
  return node;
}

// MARK: The picture of an hour

/// Pieces of a value over time, from what it was at first, the changes, and what it is now.
function pieces(start, end, initial, changes) {
  const found = [];
  let [value, from] = [initial, start];
  for (const { at, to } of changes) {
    if (at > from) found.push({ value, from, to: at });
    [value, from] = [to, Math.max(from, at)];
  }
  if (end > from) found.push({ value, from, to: end });
  return found;
}

function lifeOf(name, status, timeline, start, end) {
  const own = timeline.changes.filter((each) => each.member === name).map((each) => ({ ...each, at: Date.parse(each.at) }));
  const of = (kind) => own.filter((each) => each.kind === kind);
  const member = status.members.find((each) => each.name === name);
  const arrivals = own.filter((each) => each.kind === 'joined' || each.kind === 'left');
  const isThere = arrivals.length ? arrivals[0].kind === 'left' : true;
  const there = pieces(start, end, isThere, arrivals.map((each) => ({ at: each.at, to: each.kind === 'joined' })));
  const firstVerdict = of('health')[0]?.from ?? member?.health ?? 'unknown';
  const verdictSince = !of('health').length && member?.healthSince ? Date.parse(member.healthSince) : start;
  const health = pieces(start, end, verdictSince > start ? 'unknown' : firstVerdict,
    verdictSince > start ? [{ at: verdictSince, to: firstVerdict }] : of('health'));
  const role = pieces(start, end, of('role').length ? of('role')[0].from : member?.role, of('role'));
  const visible = (each) => there.filter((span) => span.value && span.from < each.to && span.to > each.from)
    .map((span) => ({ ...each, from: Math.max(each.from, span.from), to: Math.min(each.to, span.to) }));
  return { health: health.flatMap(visible), active: role.filter((each) => each.value === 'active').flatMap(visible) };
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function picture(status, timeline, width) {
  const end = now();
  const known = timeline.since ? Date.parse(timeline.since) : end;
  const span = SPANS.find((each) => each >= end - known) ?? SPANS.at(-1);
  const begin = end - span;
  const start = Math.max(begin, known);
  const x = (time) => ((Math.max(begin, Math.min(end, time)) - begin) / span) * width;
  const names = [...new Set([...status.members.map((each) => each.name), ...timeline.changes.map((each) => each.member).filter(Boolean)])].slice(0, 64);
  const rowHeight = 34;
  const height = names.length * rowHeight + 26;
  const words = `The last ${span / MINUTE} minutes of ${status.name}: ${plural(names.length, 'member')}, ${plural(timeline.changes.length, 'change')}.`;
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img', 'aria-label': words });
  for (const part of [4, 3, 2, 1, 0]) root.append(...tick((part * span) / 4 / MINUTE, x(end - (part * span) / 4), height, width));
  names.forEach((name, index) => {
    const y = index * rowHeight;
    const life = lifeOf(name, status, timeline, start, end);
    root.append(svg('text', { x: 0, y: y + 12, class: 'name' }, name));
    for (const each of life.health) {
      root.append(bar(each, x, y + 17, 8, each.value, `${name} ${each.value} ${clock(each.from)} – ${clock(each.to)}`));
    }
    for (const each of life.active) root.append(bar(each, x, y + 26, 3, 'active', `${name} active ${clock(each.from)} – ${clock(each.to)}`));
  });
  for (const change of timeline.changes.filter((each) => each.kind === 'moved')) root.append(moveMark(change, x(Date.parse(change.at)), height));
  return root;
}

function bar(piece, x, y, height, className, words) {
  const node = svg('rect', { x: x(piece.from), y, width: Math.max(1.5, x(piece.to) - x(piece.from)), height, class: className });
  node.append(svg('title', {}, words));
  return node;
}

function tick(minutes, at, height, width) {
  const anchor = at < 20 ? 'start' : at > width - 30 ? 'end' : 'middle';
  const line = svg('line', { x1: at, x2: at, y1: 0, y2: height - 18, class: 'grid' });
  return [line, svg('text', { x: at, y: height - 5, 'text-anchor': anchor }, minutes ? `-${minutes}m` : 'now')];
}

function moveMark(change, at, height) {
  const tip = svg('path', { d: `M${at - 4} 0h8l-4 6z`, class: 'tip' });
  const node = svg('g', {}, svg('line', { x1: at, x2: at, y1: 0, y2: height - 18, class: 'move' }), tip);
  node.append(svg('title', {}, `${clock(change.at)} ${changeWords(change)}`));
  return node;
}

// MARK: Which page

function openKey() {
  const parts = location.hash.slice(1).split('/');
  if (parts.length !== 3 || parts[0] !== 'g') return null;
  try { return `${decodeURIComponent(parts[1])}/${decodeURIComponent(parts[2])}`; } catch { return null; }
}

function show(key) {
  const [namespace, name] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
  location.hash = `g/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

function route() {
  const key = openKey();
  $('list').hidden = key !== null;
  $('group').hidden = key === null;
  if (key) {
    list.chosen = key;
    detail.open(key);
    $('group').tabIndex = -1;
    $('group').focus({ preventScroll: true });
  } else {
    detail.close();
    $('rows').focus({ preventScroll: true });
    measure();
    list.choose(list.shown.findIndex((each) => each.key === list.chosen));
  }
  schedule();
}

function measure() {
  list.rowHeight = parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || 32;
}

// MARK: Drawing

let isScheduled = false;
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => { isScheduled = false; draw(); });
}

function draw() {
  connection.show();
  showSummary();
  if (openKey()) return detail.render();
  list.arrange();
  list.render();
}

// MARK: Keys

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inFilter = document.activeElement === $('filter');
  if (event.key === 'Escape') {
    event.preventDefault();
    return escape(inFilter);
  }
  if (event.key === '/' && !inFilter) {
    event.preventDefault();
    if (openKey()) location.hash = '';
    setTimeout(() => $('filter').select());
    return undefined;
  }
  if (openKey() || document.activeElement?.tagName === 'SELECT') return undefined;
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE_STEP, PageUp: -PAGE_STEP, Home: -1e9, End: 1e9 };
  if (!inFilter) Object.assign(steps, { j: 1, k: -1 });
  if (event.key in steps && !(inFilter && ['Home', 'End'].includes(event.key))) {
    event.preventDefault();
    list.step(steps[event.key]);
  } else if (event.key === 'Enter' && list.chosen && document.activeElement?.tagName !== 'A') {
    show(list.chosen);
  }
  return undefined;
}

function escape(inFilter) {
  if (openKey()) { location.hash = ''; return; }
  if (inFilter && $('filter').value) { $('filter').value = ''; schedule(); } else $('rows').focus();
}

document.addEventListener('keydown', onKey);
addEventListener('hashchange', route);
addEventListener('resize', () => { measure(); detail.isDirty = true; schedule(); });
$('filter').addEventListener('input', () => { $('rows').scrollTop = 0; list.chosen = null; schedule(); });
$('order').addEventListener('change', () => { $('rows').scrollTop = 0; schedule(); });
$('rows').addEventListener('scroll', () => list.render(), { passive: true });
$('home').addEventListener('click', (event) => { event.preventDefault(); location.hash = ''; });

setInterval(() => {
  connection.tick();
  connection.show();
  detail.tick();
  for (const { node, make } of ticking) { const text = make(); if (node.data !== text) node.data = text; }
  if (!openKey()) list.render();
}, 1000);

measure();
route();
connection.open();
