// The page's own script: ages, live fragments, keys, and forms that speak the contract. Nothing else runs here.
"use strict";

const all = (what, where = document) => [...where.querySelectorAll(what)];
const one = (what, where = document) => where.querySelector(what);
const put = (node, ...parts) => { node.replaceChildren(...parts); return node; };
const make = (name, with_ = {}, ...parts) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(with_)) node.setAttribute(key, value);
  node.append(...parts);
  return node;
};

// ── Ages: every claim is counted on by the fleet's clock, also on a page that is no longer live. ──

const drift = Date.parse(document.body.dataset.now ?? "") - Date.now() || 0;
const now = () => Date.now() + drift;

function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s}\u00a0s`;
  if (s < 3600) return `${Math.floor(s / 60)}\u00a0min`;
  if (s < 172800) return `${Math.floor(s / 3600)}\u00a0h`;
  return `${Math.floor(s / 86400)}\u00a0d`;
}

function age() {
  const words = { ago: " ago", old: " old", bare: "" };
  for (const node of all("time[data-age]")) {
    const text = span((now() - Date.parse(node.dateTime)) / 1000) + words[node.dataset.age];
    if (node.textContent !== text) node.textContent = text;
  }
  for (const node of all("time[data-left]")) {
    const text = span((Date.parse(node.dateTime) - now()) / 1000);
    if (node.textContent !== text) node.textContent = text;
  }
  for (const line of all("[data-proof]")) {
    const left = 1 - (now() - Date.parse(line.dataset.proof)) / 1000 / line.dataset.life;
    line.setAttribute("width", Math.max(0, Math.round(left * 100)));
  }
}

// ── Live: the socket says that something changed; what changed is fetched again, and never moves under a hand. ──

const link = { lost: 0, wait: 500, socket: null, heard: 0 };
const waiting = new Map();

function connect() {
  if (!one("#live")) return;
  const at = new URL("/v1/live", location.href);
  at.protocol = at.protocol.replace("http", "ws");
  const socket = new WebSocket(at, "wrale.live.v1");
  link.socket = socket;
  socket.onmessage = (message) => {
    if (link.lost) changed(["/"]);
    Object.assign(link, { lost: 0, wait: 500, heard: Date.now() });
    tell();
    const news = JSON.parse(message.data);
    if (news.all) changed(["/"]);
    else if (news.devices) changed([...news.sites, ...news.devices, ...news.incidents, "now"]);
  };
  socket.onclose = () => {
    link.lost ||= link.heard || Date.now();
    tell();
    setTimeout(connect, link.wait);
    link.wait = Math.min(link.wait * 2, 15000);
  };
}

function tell() {
  const live = one("#live");
  if (!live) return;
  const quiet = Date.now() - link.heard;
  const lost = link.lost || (link.heard && quiet > 40000);
  live.className = `live ${link.heard && !lost ? "on" : lost ? "off" : ""}`;
  one("span", live).textContent = lost ? `not live for ${span((Date.now() - (link.lost || link.heard)) / 1000)}` : link.heard ? "live" : "not live";
}

// Whether a fragment shows any of what changed: its address names it, or it is of a page that is about it.
function concerns(node, names) {
  // Twice a minute all but the sites, of which the socket tells.
  if (names.includes("tick")) return node.dataset.site === undefined;
  const address = node.dataset.live || location.pathname;
  const of = [address, node.dataset.of, node.dataset.site].filter(Boolean).map(decodeURIComponent);
  return names.some((name) => name === "/" || of.some((part) => part === name || part.split("/").includes(name))) || address === "/audit" || location.search.includes("view=list");
}

// What a page asks by itself does not keep a session from going idle.
const UNATTENDED = { accept: "text/html", "x-wrale-unattended": "1" };

let due = null;
const names = new Set();
function changed(more) {
  more.forEach((name) => names.add(name));
  due ??= setTimeout(refresh, 150);
}

async function refresh() {
  due = null;
  const news = [...names];
  names.clear();
  const stale = all("[data-live]").filter((node) => concerns(node, news));
  const here = location.pathname + location.search;
  const addresses = new Set(stale.map((node) => node.dataset.live || here));
  // Where much changed, the page as a whole is one question instead of many.
  const whole = addresses.size > 6;
  for (const address of whole ? [here] : addresses) {
    const answer = await fetch(address, { headers: UNATTENDED, redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") return signedOut();
    if (!answer?.ok) continue;
    one(".signed-out")?.remove();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const node of all("[data-live][id]", fresh)) {
      const old = document.getElementById(node.id);
      if (old?.dataset.live !== undefined && (whole || (old.dataset.live || here) === address)) swap(old, node);
    }
  }
}

// What somebody typed or chose and has not sent.
function touched(field) {
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return field.type !== "hidden" && (field.value !== field.defaultValue || field.checked !== field.defaultChecked);
}
const begun = (node) => all("input, select, textarea", node).some(touched);
const busy = (node) => node.matches(":hover") || node.contains(document.activeElement) || one("details[open] form, dialog[open]", node) || begun(node);

// The page anew; where that would lose what somebody has begun on it, its live parts alone.
const anew = () => (begun(document.body) ? changed(["/"]) : location.reload());

const door = (words) => make("a", { href: `/sign-in?again=1&next=${encodeURIComponent(location.pathname + location.search)}`, target: "_blank", rel: "noopener" }, words);

// Whoever is signed out is led to the door; where that would lose what they typed, it opens in a tab of its own.
function signedOut() {
  if (!begun(document.body)) return location.reload();
  if (!one(".signed-out")) document.body.append(make("p", { class: "signed-out", role: "status" }, "You are signed out. What you typed stays here: ", door("sign in again in a new tab"), ", and send it then."));
}

function swap(old, fresh) {
  const same = (node) => node.innerHTML.replace(/<time[^>]*data-age[^]*?<\/time>|width="\d+"/g, "");
  if (same(old) === same(fresh)) return waiting.delete(old.id);
  // The strip of an alarm waits for nobody; all else waits while somebody is at it.
  if (old.id !== "strip" && old.id !== "badge" && busy(old)) { waiting.set(old.id, fresh); return queue(); }
  waiting.delete(old.id);
  old.replaceWith(document.adoptNode(fresh));
  age();
}

function queue() {
  const button = one(".news") ?? document.body.appendChild(make("button", { class: "news", type: "button" }));
  const parts = [...waiting.keys()].map((id) => document.getElementById(id));
  button.disabled = parts.every((part) => part && begun(part));
  button.textContent = `${parts.length} new${parts.length && button.disabled ? ", once what you typed is sent" : ""}`;
  button.hidden = parts.length === 0;
  button.onclick = () => bring(begun);
}

// Brings in what waited, but for what has to stay.
function bring(stays) {
  for (const [id, fresh] of waiting) {
    const old = document.getElementById(id);
    if (old && stays(old)) continue;
    waiting.delete(id);
    old?.replaceWith(document.adoptNode(fresh));
    age();
  }
  if (one(".news")) queue();
}

// What waited comes in as soon as nobody is at it.
const unbusy = () => bring(busy);

// ── Forms: what a person does goes to the contract's own routes, and stays typed if it is refused. ──

function say(at, kind, ...words) {
  const line = put(one(".problem, .done", at) ?? at.appendChild(make("p", { role: "alert" })), ...words);
  line.className = kind;
  line.hidden = false;
}

function problem(at, text, code) {
  const leads = ["web/signed-out", "web/sign-in-again"].includes(code) ? [" ", door("Sign in, in a new tab"), "; what you typed stays here."] : [];
  say(at, "problem", text.charAt(0).toUpperCase() + text.slice(1), text.endsWith(".") ? " " : ". ", make("code", {}, code), ...leads);
}

// Of what is refused all stays typed but what is secret.
const forget = (form) => all("[type=password], [autocomplete=one-time-code]", form).forEach((field) => { field.value = ""; });

async function send(method, path, body) {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  const json = text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : {};
  if (!answer.ok) throw Object.assign(new Error(json.detail ?? `the server answered ${answer.status}`), { code: json.code ?? "web/answer" });
  return json;
}

function typed(form) {
  const body = {};
  for (const field of all("[name]", form)) {
    if (field.type === "radio" && !field.checked) continue;
    if (field.dataset.optional !== undefined && field.value === "") continue;
    body[field.name] = field.dataset.json !== undefined ? JSON.parse(field.value) : field.type === "number" ? Number(field.value) : field.value;
  }
  if (one("[data-grants]", form)) {
    const sites = one("[data-sites]", form).value.split(",").map((site) => site.trim()).filter(Boolean);
    const roles = all("[data-role]:checked", form).map((box) => box.value);
    body.grants = roles.map((role) => (sites.length ? { role, sites } : { role }));
  }
  return body;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  const buttons = all("button", form);
  buttons.forEach((button) => (button.disabled = true));
  all(".problem, .done", form).forEach((line) => { line.hidden = true; });
  try {
    const body = typed(form);
    if (form.dataset.token !== undefined) body.token = location.hash.slice(1);
    const answer = await send(form.dataset.method ?? "POST", form.dataset.api, Object.keys(body).length ? body : undefined);
    if (form.dataset.signs !== undefined) return toSign(answer.order);
    if (form.dataset.then) return location.assign(form.dataset.then);
    form.reset();
    if (form.dataset.shows) show(document.getElementById(form.dataset.shows), answer);
    else {
      say(form, "done", "It is done.");
      anew();
    }
  } catch (error) {
    problem(form, error.message, error.code ?? "web/unreachable");
    if (error.code) forget(form);
  }
  buttons.forEach((button) => (button.disabled = false));
});

// What is told once is shown once.
function show(place, answer) {
  for (const node of all("[data-answer]", place)) {
    const before = node.dataset.before;
    node.textContent = (before ? location.origin + before : "") + answer[node.dataset.answer];
  }
  place.hidden = false;
}

// ── Passkeys: the browser asks the person, and what it signed goes where the contract has it, in digits. ──

const digits = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const raw = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

// Asks a passkey to sign: any of this page's, or one of these.
async function assertion({ challenge, rp, passkeys = [] }) {
  const allowCredentials = passkeys.map((id) => ({ type: "public-key", id: raw(id) }));
  const key = await navigator.credentials.get({ publicKey: { challenge: raw(challenge), rpId: rp, allowCredentials, userVerification: "required", timeout: 120000 } });
  const { clientDataJSON, authenticatorData, signature } = key.response;
  return { id: digits(key.rawId), client_data: digits(clientDataJSON), authenticator_data: digits(authenticatorData), signature: digits(signature) };
}

// A browser's own words for a passkey that did not answer help nobody.
function unsigned(at, error) {
  const known = { NotAllowedError: "nothing was signed: it was cancelled, it took too long, or this device has no such passkey; try again", InvalidStateError: "this device has one already; take another device, or remove the old one first" };
  const own = error instanceof DOMException;
  problem(at, own ? known[error.name] ?? `this browser asks no passkey here (${error.name})` : error.message, own ? "passkey" : error.code ?? "web/unreachable");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-passkey]");
  if (!button) return;
  try {
    const asked = await send("POST", "/v1/sessions/passkey/options");
    await send("POST", "/v1/sessions/passkey", { passkey: await assertion(asked) });
    location.assign(button.dataset.then);
  } catch (error) {
    unsigned(button.parentElement, error);
  }
});

// What is to be signed is shown first, as soon as it stands; the passkey is asked when the person says so.
function toSign(order) {
  history.replaceState(null, "", `#sign-${order}`);
  location.reload();
}

const sheet = location.hash.startsWith("#sign-") && document.getElementById(location.hash.slice(1));
if (location.hash.startsWith("#sign-")) history.replaceState(null, "", location.pathname + location.search);
sheet?.showModal?.();

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-opens]");
  if (button) document.getElementById(button.dataset.opens)?.showModal();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-consent]");
  if (!button) return;
  button.disabled = true;
  try {
    const asked = await send("POST", button.dataset.consent);
    await send("POST", button.dataset.into, await assertion(asked));
    button.closest("dialog").close();
    anew();
  } catch (error) {
    unsigned(button.closest("dialog"), error);
    button.disabled = false;
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-new-passkey]");
  if (!form) return;
  event.preventDefault();
  try {
    const asked = await send("POST", form.dataset.asks);
    const key = await navigator.credentials.create({ publicKey: {
      challenge: raw(asked.challenge),
      rp: { id: asked.rp, name: "Wrale Fleet" },
      user: { id: raw(asked.user), name: asked.name, displayName: asked.name },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { residentKey: form.dataset.resident, userVerification: "required" },
      excludeCredentials: asked.exclude.map((id) => ({ type: "public-key", id: raw(id) })),
      attestation: "none",
      timeout: 120000,
    } });
    await send("POST", form.dataset.newPasskey, { ...typed(form), client_data: digits(key.response.clientDataJSON), attestation: digits(key.response.attestationObject) });
    form.reset();
    say(form, "done", "It is made.");
    anew();
  } catch (error) {
    unsigned(form, error);
  }
});

// What is read on purpose is fetched when somebody asks for it, and not again by itself.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-fetch]");
  if (!button) return;
  const into = document.getElementById(button.dataset.into);
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.fetch, { headers: { accept: "text/html" }, redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      button.disabled = false;
      return signedOut();
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) throw Object.assign(new Error(one(".lead", fresh)?.textContent ?? "it cannot be read"), { code: one("code", fresh)?.textContent ?? "" });
    into.replaceWith(document.adoptNode(document.importNode(fresh.getElementById(into.id), true)));
  } catch (error) {
    problem(into, error.message, error.code ?? "web/unreachable");
    button.disabled = false;
  }
});

// What is watched is asked for each second, as long as somebody can see it.
let watching = false;
async function watch() {
  const node = one("[data-again]");
  if (!node || document.hidden || watching) return;
  watching = true;
  const signal = AbortSignal.timeout(5000);
  const asked = fetch(node.dataset.again, { headers: UNATTENDED, redirect: "manual", signal }).then((answer) => answer.ok ? answer.text() : "");
  const text = await asked.catch(() => "").finally(() => { watching = false; });
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(node.id);
  // What could not be asked for is no longer now.
  if (!fresh) {
    for (const cell of all(".now", node)) cell.textContent = "–";
    return node.classList.add("stale");
  }
  const open = one("details[open]", node) !== null;
  fresh.querySelector("details")?.toggleAttribute("open", open);
  node.replaceWith(document.adoptNode(fresh));
}
setInterval(watch, 1000);

// ── Finding: pages and boxes by name. ──

const find = one("[data-find]");
if (find) {
  const input = one("input", find), list = one(".found", find);
  const places = () => all(".bar nav a").map((a) => ({ href: a.pathname, name: a.firstChild.textContent.trim(), kind: "page" }));
  let turn = 0;
  const show = (entries) => {
    put(list, ...entries.map((entry, at) => make("a", { href: entry.href, "aria-selected": at === 0 }, entry.name, make("small", {}, entry.kind))));
    list.hidden = entries.length === 0;
  };
  const look = async () => {
    const mine = ++turn, name = input.value.trim().toLowerCase();
    const pages = places().filter((place) => place.name.toLowerCase().startsWith(name));
    if (!name) return show(document.activeElement === input ? pages : []);
    show(pages);
    const answer = await fetch(`/fragments/find?q=${encodeURIComponent(name)}`, { redirect: "manual" }).catch(() => null);
    if (!answer?.ok || mine !== turn) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    show([...pages, ...all("a", fresh).map((a) => ({ href: a.getAttribute("href"), name: a.textContent, kind: a.title }))]);
  };
  input.addEventListener("input", look);
  input.addEventListener("focus", look);
  input.addEventListener("blur", () => setTimeout(() => { list.hidden = true; }, 200));
  input.addEventListener("keydown", (event) => {
    const entries = all("a", list), at = entries.findIndex((a) => a.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length) {
      event.preventDefault();
      entries[at]?.setAttribute("aria-selected", "false");
      entries[(at + step + entries.length) % entries.length].setAttribute("aria-selected", "true");
    } else if (event.key === "Enter" && entries[at]) {
      event.preventDefault();
      location.assign(entries[at].href);
    } else if (event.key === "Escape") input.blur();
  });
}

// ── Keys: none of them decides anything. ──

let gone = "";
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.body.classList.add("finding");
    return one("[data-find] input")?.focus();
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const places = { gf: "/", gi: "/incidents", ga: "/audit" };
  const path = places[gone + event.key];
  gone = event.key === "g" ? "g" : "";
  if (path) return location.assign(path);
  if (event.key === "/") { event.preventDefault(); (one("[data-filter]") ?? one("[data-find] input"))?.focus(); }
  if (event.key === "?") one("#help")?.showModal();
  if (event.key.startsWith("Arrow")) step(event);
});

// From box to box, by where they stand on the screen.
function step(event) {
  const boxes = all(".tile");
  if (!boxes.length) return;
  event.preventDefault();
  const from = document.activeElement.closest?.(".tile");
  if (!from) return boxes[0].focus();
  const middle = (node) => { const box = node.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const [x, y] = middle(from), [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  let best = null, least = Infinity;
  for (const box of boxes) {
    const [bx, by] = middle(box), ahead = (bx - x) * dx + (by - y) * dy, aside = Math.abs((bx - x) * dy) + Math.abs((by - y) * dx);
    const far = ahead + 3 * aside;
    if (ahead > 4 && far < least) { best = box; least = far; }
  }
  best?.focus();
}

// Why: of the box that has the focus or the pointer, beside the map.
let asking = null;
function why(event) {
  const box = event.target.closest?.(".tile"), panel = one("#why");
  if (!box || !panel || panel.dataset.of === box.dataset.box || getComputedStyle(panel).position === "static" && innerWidth < 1100) return;
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const answer = await fetch(`/fragments/why/${box.dataset.box}`).catch(() => null);
    if (!answer?.ok) return;
    const fresh = one("#why", new DOMParser().parseFromString(await answer.text(), "text/html"));
    const old = one("#why");
    if (!fresh || !old) return;
    old.replaceWith(document.adoptNode(fresh));
    all(".tile.chosen").forEach((tile) => tile.classList.remove("chosen"));
    box.classList.add("chosen");
    age();
  }, event.type === "focusin" ? 0 : 180);
}
document.addEventListener("focusin", why);
document.addEventListener("pointerover", why);
document.addEventListener("pointerout", () => clearTimeout(asking));
document.addEventListener("pointermove", unbusy, { passive: true });
document.addEventListener("focusout", () => setTimeout(unbusy, 0));
// Whoever comes back to this tab may have signed in again in another.
document.addEventListener("visibilitychange", () => { if (!document.hidden && one(".signed-out")) changed(["/"]); });

age();
setInterval(() => { age(); tell(); }, 1000);
// What no news tells, such as when a sense spoke last, is fetched again twice a minute.
setInterval(() => { if (!document.hidden && link.heard && !link.lost) changed(["tick"]); }, 30000);
// What waits for somebody elsewhere, of which no news comes, is looked at a little more often.
setInterval(() => { if (!document.hidden && one("[data-waits]")) changed([location.pathname]); }, 3000);
connect();
