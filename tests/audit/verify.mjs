// A second verifier of the log's bundles, in another language and from the formats alone: RFC 9162, RFC 8785, C2SP signed notes.
// Reads lines of {"bundle", "trust"} on standard input; writes the reasons that it finds, one JSON list a line.
import { createHash, createPublicKey, verify } from "node:crypto";
import { createInterface } from "node:readline";

class Flaw extends Error { constructor(code) { super(code); this.code = code; } }
const fail = (code) => { throw new Flaw(code); };
const sha = (...parts) => { const h = createHash("sha256"); for (const part of parts) h.update(part); return h.digest(); };
const leafHash = (content) => sha(Buffer.of(0), content);
const node = (left, right) => sha(Buffer.of(1), left, right);

function base64(text) {
  const found = Buffer.from(text, "base64");
  return found.toString("base64") === text ? found : null;
}
function hash(told) {
  if (typeof told !== "string" || !/^[0-9a-f]{64}$/.test(told)) fail("hash.form");
  return Buffer.from(told, "hex");
}
const hashes = (told) => { if (!Array.isArray(told)) fail("bundle.form"); return told.map(hash); };

const P = 2n ** 255n - 19n;
const SMALL = ["00", "01", "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec", "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
  "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7"].map((y) => BigInt("0x" + y)); // the heights of the points of small order
function holds(key, signature, message) {
  if (SMALL.includes((BigInt("0x" + Buffer.from(key).reverse().toString("hex")) % 2n ** 255n) % P)) return false;
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: key.toString("base64url") };
    return verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature);
  } catch { return false; }
}
function readKey(line) {
  const found = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line);
  const encoded = found && base64(found[3]);
  if (!encoded || encoded.length !== 33 || ![1, 4].includes(encoded[0])) fail("key.form");
  const hint = sha(found[1], "\n", encoded).subarray(0, 4);
  if (hint.toString("hex") !== found[2]) fail("key.form");
  return { line, name: found[1], hint, algorithm: encoded[0], key: encoded.subarray(1) };
}
function readNote(note) {
  const cut = note.indexOf("\n\n");
  const lines = cut < 0 ? [] : note.slice(0, cut).split("\n");
  const below = cut < 0 ? "" : note.slice(cut + 2);
  if (lines.length < 3 || !below.endsWith("\n")) fail("note.form");
  const [origin, size, root, ...extensions] = lines;
  const bytes = base64(root);
  if (!origin || !/^(0|[1-9][0-9]{0,15})$/.test(size) || Number(size) > 2 ** 53 || !bytes || bytes.length !== 32) fail("note.form");
  const signatures = below.slice(0, -1).split("\n").map((line) => {
    const found = /^— (\S+) (\S+)$/.exec(line);
    const signature = found && base64(found[2]);
    if (!signature) fail("note.form");
    return { name: found[1], signature };
  });
  const stated = extensions.find((line) => line.startsWith("time "));
  const time = stated === undefined ? null : Date.parse(stated.slice(5).replace(/(\.\d{3})\d+/, "$1"));
  if (Number.isNaN(time)) fail("note.form");
  const micros = stated === undefined ? null : /\.(\d+)/.exec(stated)?.[1].padEnd(6, "0") ?? "000000";
  return { text: note.slice(0, cut) + "\n", origin, size: Number(size), root: bytes, time, micros, signatures };
}
function signedBy(note, key) {
  if (note.origin !== key.name) return "note.origin";
  const lines = note.signatures.filter(({ name, signature }) => name === key.name && signature.subarray(0, 4).equals(key.hint));
  if (key.algorithm !== 1 || !lines.length) return "note.key";
  return lines.some(({ signature }) => holds(key.key, signature.subarray(4), Buffer.from(note.text))) ? null : "note.signature";
}
function checkpoint(bundle, told, trust) {
  if (bundle.schema !== "ashiato/log-bundle/1" || typeof told !== "string") fail("bundle.form");
  const note = readNote(told);
  const stated = [...trust.keys, ...Object.keys(trust.retired)];
  const misses = [];
  for (const key of (stated.length ? stated : [bundle.verifier_key]).map(readKey)) {
    const miss = signedBy(note, key);
    if (miss) { misses.push(miss); continue; }
    if (key.line in trust.retired && note.size > trust.retired[key.line]) fail("note.retired_key");
    return note;
  }
  for (const code of ["note.signature", "note.key", "note.origin"]) if (misses.includes(code)) fail(code);
}

function treeHash(leaves) { // by recursion, as the definition reads
  if (leaves.length === 0) return sha("");
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return node(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}
function included(index, begin, size, leaf, path) { // from the root downward: the last node is the topmost sibling
  if (size === 1) { if (path.length) fail("entry.length"); return leaf; }
  if (!path.length) fail("entry.length");
  let split = 1;
  while (split * 2 < size) split *= 2;
  const rest = path.slice(0, -1), top = path.at(-1);
  return index < begin + split
    ? node(included(index, begin, split, leaf, rest), top)
    : node(top, included(index, begin + split, size - split, leaf, rest));
}
function grown(first, size, whole, root, path) { // [root of the first leaves, root of all], by the recursion of section 2.1.4.1
  if (first === size) {
    if (whole) { if (path.length) fail("consistency.length"); return [root, root]; }
    if (path.length !== 1) fail("consistency.length");
    return [path[0], path[0]];
  }
  if (!path.length) fail("consistency.length");
  let split = 1;
  while (split * 2 < size) split *= 2;
  const rest = path.slice(0, -1), top = path.at(-1);
  if (first <= split) {
    const [earlier, later] = grown(first, split, whole, root, rest);
    return [earlier, node(later, top)];
  }
  const [earlier, later] = grown(first - split, size - split, false, root, rest);
  return [node(top, earlier), node(top, later)];
}
function before(one, other) { return one.time !== other.time ? one.time < other.time : one.micros < other.micros; }
function inOrder(earlier, head) {
  if (head.size < earlier.size) fail("checkpoint.stale");
  if (head.size === earlier.size && !head.root.equals(earlier.root)) fail("checkpoint.fork");
  if (earlier.time !== null && head.time !== null && before(head, earlier)) fail("note.time");
}
function readEarlier(bundle, head, trust) {
  const earlier = checkpoint(bundle, bundle.earlier.checkpoint, trust);
  inOrder(earlier, head);
  const path = hashes(bundle.earlier.path);
  if (earlier.size === 0 || earlier.size === head.size) { if (path.length) fail("consistency.length"); return earlier; }
  const [first, second] = grown(earlier.size, head.size, true, earlier.root, path);
  if (!second.equals(head.root)) fail("consistency.second_root");
  if (!first.equals(earlier.root)) fail("consistency.first_root");
  return earlier;
}
function readLeaves(told, head) {
  const leaves = hashes(told);
  if (leaves.length !== head.size) fail("leaves.size");
  if (!treeHash(leaves).equals(head.root)) fail("leaves.root");
  return leaves;
}
function continues(head, remembered, earlier, leaves) {
  if (head.origin !== remembered.origin) fail("note.origin");
  inOrder(remembered, head);
  if (remembered.size === head.size || remembered.size === 0) return;
  if (leaves) { if (!treeHash(leaves.slice(0, remembered.size)).equals(remembered.root)) fail("consistency.first_root"); }
  else if (!earlier || earlier.size !== remembered.size) fail("consistency.missing");
  else if (!earlier.root.equals(remembered.root)) fail("checkpoint.fork");
}
const MEMBERS = ["company_id", "fact_id", "kind", "recorded_at", "salt", "subject"];
function factId(content) {
  let fact;
  try { fact = JSON.parse(content); } catch { fail("entry.form"); }
  if (fact === null || typeof fact !== "object" || Array.isArray(fact)) fail("entry.form");
  if (JSON.stringify(Object.keys(fact).sort()) !== JSON.stringify(MEMBERS)) fail("entry.form");
  const { subject } = fact;
  if (subject === null || typeof subject !== "object" || Array.isArray(subject)) fail("entry.form");
  const spelled = (object) => `{${Object.keys(object).sort().map((key) => {
    const value = object[key];
    if (key === "subject" && object === fact) return `"subject":${spelled(value)}`;
    if (typeof value !== "string") fail("entry.form");
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }).join(",")}}`;
  if (spelled(fact) !== content) fail("entry.form");
  return fact.fact_id;
}
function entry(told, head, leaves, seen) {
  if (told === null || typeof told !== "object") fail("bundle.form");
  for (const member of ["log_index", "leaf_hash", "path", "content"]) if (!(member in told)) fail("bundle.form");
  const index = told.log_index, leaf = hash(told.leaf_hash), path = hashes(told.path);
  if (!Number.isSafeInteger(index) || index < 0 || index >= head.size) fail("entry.index");
  if (told.content !== null) {
    if (typeof told.content !== "string") fail("entry.form");
    const id = factId(told.content);
    if (!leafHash(Buffer.from(told.content)).equals(leaf)) fail("entry.content");
    if (seen.has(id)) fail("entry.twice");
    seen.add(id);
  }
  if (!included(index, 0, head.size, leaf, path).equals(head.root)) fail("entry.path");
  if (leaves && !leaves[index].equals(leaf)) fail("entry.leaf");
}
function witnessed(bundle, head, trust) {
  const known = new Set();
  for (const told of bundle.cosignatures ?? []) {
    const key = readKey(told.verifier_key);
    const found = /^— (\S+) (\S+)$/.exec(told.line);
    const signature = found && base64(found[2]);
    if (!signature || found[1] !== key.name || signature.length !== 76) fail("witness.form");
    const seconds = signature.readBigUInt64BE(4);
    const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${head.text}`);
    if (key.algorithm !== 4 || !signature.subarray(0, 4).equals(key.hint) || !holds(key.key, signature.subarray(12), message)) fail("witness.signature");
    if (head.time !== null && seconds < BigInt(Math.floor(head.time / 1000))) fail("witness.time");
    known.add(key.line);
  }
  if ([...new Set(trust.witnesses)].filter((line) => known.has(line)).length < trust.quorum) fail("witness.missing");
}

function reasons({ bundle, trust }) {
  const found = [];
  const hold = (check) => {
    try { return check(); } catch (error) { found.push(error instanceof Flaw ? error.code : "bundle.form"); return null; }
  };
  const head = hold(() => checkpoint(bundle, bundle.checkpoint, trust));
  if (!head) return found;
  const earlier = bundle.earlier != null ? hold(() => readEarlier(bundle, head, trust)) : null;
  const leaves = bundle.leaves != null ? hold(() => readLeaves(bundle.leaves, head)) : null;
  if (trust.remembered !== null) hold(() => continues(head, readNote(trust.remembered), earlier, leaves));
  const seen = new Set();
  for (const told of hold(() => { if (!Array.isArray(bundle.entries)) fail("bundle.form"); return bundle.entries; }) ?? []) hold(() => entry(told, head, leaves, seen));
  hold(() => witnessed(bundle, head, trust));
  return found;
}

for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${JSON.stringify(reasons(JSON.parse(line)))}\n`);
