// Checks one entry of the audit log in this browser: from the record to a signed checkpoint, and from the checkpoint
// that this browser saw before. The server gives bytes; it is not believed.
"use strict";
{
  const utf8 = new TextEncoder();
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const joined = (...parts) => { const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0)); let at = 0; for (const part of parts) { all.set(part, at); at += part.length; } return all; };
  const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
  let hashes = 0;
  const sha256 = async (...parts) => { hashes += 1; return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts))); };
  const node = (left, right) => sha256([1], left, right);

  // SHA-256(`wrale.leaf.v1` ‖ length and text of the kind ‖ salt ‖ SHA-256(record)), then RFC 9162 §2.1.1.
  async function leaf(entry) {
    const kind = utf8.encode(entry.kind);
    const data = await sha256(utf8.encode("wrale.leaf.v1"), [kind.length], kind, bytes(entry.salt), await sha256(bytes(entry.record)));
    return sha256([0], data);
  }

  // RFC 9162 §2.1.3.2; gives each step, for the drawing. Sizes are far below 2^53.
  async function inclusion(start, index, size, path) {
    let at = index, last = size - 1, hash = start, level = 0;
    const steps = [];
    const half = () => { at = Math.floor(at / 2); last = Math.floor(last / 2); level += 1; };
    if (index >= size) throw new Error("the checkpoint does not cover the entry");
    for (const sibling of path) {
      if (last === 0) throw new Error("the path is too long");
      const left = at % 2 === 1 || at === last;
      if (left && at % 2 === 0) while (at !== 0 && at % 2 === 0) half();
      hash = left ? await node(sibling, hash) : await node(hash, sibling);
      steps.push({ sibling, left, hash, covers: 2 ** level });
      half();
    }
    if (last !== 0) throw new Error("the path is too short");
    return { root: hash, steps };
  }

  // RFC 9162 §2.1.4.2.
  async function grew(from, old, size, root, given) {
    if (from === size) return same(old, root) && given.length === 0;
    const path = Number.isInteger(Math.log2(from)) ? [old, ...given] : [...given];
    if (path.length === 0) return false;
    let a = from - 1, b = size - 1;
    while (a % 2 === 1) { a = Math.floor(a / 2); b = Math.floor(b / 2); }
    let was = path[0], is = path[0];
    for (const next of path.slice(1)) {
      if (b === 0) return false;
      if (a % 2 === 1 || a === b) {
        was = await node(next, was);
        is = await node(next, is);
        while (a !== 0 && a % 2 === 0) { a = Math.floor(a / 2); b = Math.floor(b / 2); }
      } else is = await node(is, next);
      a = Math.floor(a / 2);
      b = Math.floor(b / 2);
    }
    return b === 0 && same(was, old) && same(is, root);
  }

  // A C2SP signed note with a checkpoint in it.
  async function opened(note, origin, key) {
    const end = note.indexOf("\n\n") + 1;
    const text = note.slice(0, end), [name, size, root] = text.split("\n");
    if (name !== origin) throw new Error(`the checkpoint is of ${name}, and not of ${origin}`);
    const lines = note.slice(end + 1).split("\n").filter((line) => line.startsWith(`\u2014 ${origin} `));
    let signed = null;
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]).catch(() => null);
    if (imported) {
      signed = false;
      for (const line of lines) signed ||= await crypto.subtle.verify("Ed25519", imported, base64(line.split(" ")[2]).slice(4), utf8.encode(text));
    }
    return { size: Number(size), root: base64(root), signed };
  }

  // The record in diagnostic notation (RFC 8949 §8), read from the very bytes that were hashed.
  function diagnosed(data) {
    let at = 0;
    const text = new TextDecoder("utf-8", { fatal: true });
    const taken = (length) => { if (at + length > data.length) throw new Error("the record ends too early"); at += length; return data.subarray(at - length, at); };
    const number = (short) => {
      if (short < 24) return BigInt(short);
      const size = { 24: 1, 25: 2, 26: 4, 27: 8 }[short];
      if (!size) throw new Error("the record has a length that it must not have");
      return taken(size).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    };
    const item = (depth) => {
      if (depth > 16) throw new Error("the record is too deep");
      const first = taken(1)[0], major = first >> 5, short = first & 31;
      if (major === 7) {
        const simple = { 20: "false", 21: "true", 22: "null" }[short];
        if (!simple) throw new Error("the record holds what no record holds");
        return simple;
      }
      const count = number(short), many = Number(count), all = (each) => Array.from({ length: Math.min(many, data.length) }, each).join(", ");
      switch (major) {
        case 0: return String(count);
        case 1: return String(-1n - count);
        case 2: return `h'${hex(taken(many))}'`;
        case 3: return JSON.stringify(text.decode(taken(many)));
        case 4: return `[${all(() => item(depth + 1))}]`;
        case 5: return `{${all(() => `${item(depth + 1)}: ${item(depth + 1)}`)}}`;
        default: return `${count}(${item(depth + 1)})`;
      }
    };
    const whole = item(0);
    if (at !== data.length) throw new Error("something stands after the record");
    return whole;
  }

  // What cannot be read stands in the log all the same.
  function read(data) {
    try { const whole = diagnosed(data); return whole.length > 8192 ? `${whole.slice(0, 8192)}…` : whole; } catch (error) { return error.message; }
  }

  // What this browser knows of this fleet's log: the key at first sight, and the largest checkpoint.
  const kept = () => JSON.parse(localStorage.getItem("wrale.log") ?? "null");
  const keep = (what) => localStorage.setItem("wrale.log", JSON.stringify(what));

  const short = (data) => { const text = hex(data); return `${text.slice(0, 6)}…${text.slice(-4)}`; };
  const sign = (name) => { const mark = svg("svg", { class: `mark is-${name}`, width: 16, height: 16, "aria-hidden": true }); mark.append(svg("use", { href: `#m-${name}` })); return mark; };
  function svg(name, with_, text) {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(with_)) drawn.setAttribute(key, value);
    if (text) drawn.textContent = text;
    return drawn;
  }

  function draw(figure, index, start, steps, size) {
    const step = 27, height = steps.length * step + 70, middle = 320;
    const picture = svg("svg", { class: "chart", viewBox: `0 0 640 ${height}`, role: "img", "aria-label": `${steps.length} steps from entry ${index} to the root` });
    const place = (at) => [middle + (steps.slice(at).filter((one) => one.left).length - steps.slice(at).filter((one) => !one.left).length) * 9, height - 34 - at * step];
    steps.forEach((one, at) => {
      const [x, y] = place(at), [up, above] = place(at + 1), side = one.left ? -1 : 1, sx = x + side * 74;
      picture.append(svg("line", { class: "axis", x1: sx, y1: y - 4, x2: up, y2: above }), svg("line", { class: "way", x1: x, y1: y, x2: up, y2: above }));
      picture.append(svg("rect", { class: "hollow", x: sx - 4, y: y - 8, width: 8, height: 8 }));
      picture.append(svg("text", { class: "soft", x: sx + side * 12, y: y, "text-anchor": one.left ? "end" : "start" }, `${short(one.sibling)}  ${one.covers === 1 ? "1 entry" : `up to ${one.covers} entries`}`));
    });
    for (let at = 0; at <= steps.length; at += 1) { const [x, y] = place(at); picture.append(svg("circle", { class: "step", cx: x, cy: y, r: at === 0 || at === steps.length ? 5 : 3 })); }
    const [x, y] = place(0), [rx, ry] = place(steps.length), root = steps.at(-1)?.hash ?? start;
    picture.append(svg("text", { x, y: y + 22, "text-anchor": "middle" }, `this entry, ${index}  ${short(start)}`), svg("text", { x: rx, y: ry - 14, "text-anchor": "middle" }, `root of checkpoint ${size}  ${short(root)}`));
    figure.replaceChildren(make("p", { class: "fine" }, "computed here: the line; given by the server: the squares"), picture);
  }

  function say(section, good, title, text) {
    const line = one("[data-verdict]", section);
    line.replaceChildren(sign(good ? "yes" : "no"), make("div", {}, make("h2", {}, title), make("p", {}, text)));
    section.dataset.checked = good ? "yes" : "no";
  }

  function reasons(section, all) {
    one("[data-reasons]", section).replaceChildren(...all.map(([name, what, more]) => make("li", {}, sign(name), make("div", {}, make("b", {}, what), " ", make("span", {}, more)), make("span", {}))));
  }

  async function check(section) {
    const index = Number(section.dataset.check), began = performance.now();
    hashes = 0;
    try {
      const [facts, entry] = await Promise.all([send("GET", "/v1/fleet"), send("GET", `/v1/audit/entries/${index}`)]);
      const origin = facts.log_origin, known = kept(), changed = known && (known.key !== facts.log_key || known.origin !== origin);
      const remembered = known && !changed ? known : null;
      const place = await send("GET", `/v1/audit/proof?entry=${index}&from=${remembered?.size ?? 0}`);
      one("[data-note]", section).textContent = place.note;
      const checkpoint = await opened(place.note, changed ? known.origin : origin, bytes(changed ? known.key : facts.log_key));
      if (checkpoint.size !== place.size) throw new Error("the checkpoint has another size than the server says");
      const start = await leaf(entry), { root, steps } = await inclusion(start, index, checkpoint.size, place.path.map(bytes));
      const included = same(root, checkpoint.root);
      const extends_ = !remembered || await grew(remembered.size, bytes(remembered.root), checkpoint.size, checkpoint.root, place.consistency.map(bytes));
      const took = (performance.now() - began).toFixed(1), good = included && extends_ && !changed && checkpoint.signed !== false;
      one("[data-read]", section).textContent = read(bytes(entry.record));
      draw(one("[data-path]", section), index, start, steps, checkpoint.size);
      const since = known?.since ?? new Date(now()).toISOString();
      reasons(section, [
        [included ? "yes" : "no", included ? "The path leads to the root" : "The path does not lead to the root", `${steps.length} steps, each computed here`],
        changed ? ["no", "The key of the log is not the one that this browser knows", `since ${known.since.slice(0, 10)}; ask whoever keeps the root`]
          : [known ? "yes" : "wait", known ? `The key of the log is known to this browser` : "The key of the log is new to this browser", known ? `since ${since.slice(0, 10)}` : "compare it with what you were given"],
        checkpoint.signed === null ? ["wait", "The signature is not checked here", "this browser has no Ed25519; use `wrale audit verify`"]
          : [checkpoint.signed ? "yes" : "no", checkpoint.signed ? "The log signed the checkpoint" : "Nobody known signed the checkpoint", origin],
        [extends_ ? remembered ? "yes" : "wait" : "no", extends_ ? remembered ? "It extends the checkpoint that you saw before" : "It is the first checkpoint that you see" : "It does not extend the checkpoint that you saw before", remembered ? `of ${remembered.size} entries` : "later ones must extend it"],
        ["wait", "No witness cosigns this log", "it cannot be altered unseen; it could be shown to two people differently"],
      ]);
      say(section, good, good ? `Entry ${index} is in the log, checked in this browser` : `Entry ${index} is NOT proved`,
        good ? `${hashes} hashes in ${took} ms, from the entry to a checkpoint that the log ${checkpoint.signed ? "signed" : "shows"}.` : "Do not rely on it; tell whoever keeps the root.");
      if (good && !(remembered && remembered.size > checkpoint.size)) keep({ origin, key: facts.log_key, since, size: checkpoint.size, root: hex(checkpoint.root) });
    } catch (error) {
      say(section, false, `Entry ${index} is not proved`, `${error.message} ${error.code ? `(${error.code})` : ""}`);
    }
  }

  const section = one("[data-check]");
  if (section) check(section);
}
