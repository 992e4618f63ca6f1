/** node own_bytes.mjs: a small snapshot goes through the file and back; prints what came out, as JSON. */
import fs from "node:fs";
import { TRAILER, putBack, snapshotIn, withoutOwn } from "../../book/kernel/own_bytes.mjs";

const HEADER = 128;
const BYTES = 4 << 20;
const bare = Uint8Array.from({ length: BYTES }, (_, place) => (place < 1 << 20 ? (place * 7) & 255 : 0));
const memory = bare.slice();
memory[5000] ^= 1; // a constant that has changed
memory[BYTES - 1] = 9; // something that Python made
const snapshot = new Uint8Array(HEADER + BYTES);
new Uint32Array(snapshot.buffer)[1] = HEADER;
snapshot.set(memory, HEADER);

const file = withoutOwn(snapshot, bare);
const zeros = file.subarray(HEADER, file.length - TRAILER).filter((byte) => byte === 0).length;
const other = bare.slice();
other[0] ^= 1;
let refused = "";
try {
  putBack(file.slice(), other);
} catch (error) {
  refused = error.message;
}
putBack(file, bare);
const same = Buffer.compare(Buffer.from(snapshotIn(file)), Buffer.from(snapshot)) === 0;
fs.writeSync(1, JSON.stringify({ same, refused, missing: zeros > BYTES - 1000 }));
