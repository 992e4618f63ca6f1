/**
 * What a snapshot need not hold: Pyodide's module brings the bytes of its constants itself, so wherever a bare module has
 * the same bytes, the file has zeros, which cost nothing. A map of the blocks that are missing stands at the file's end,
 * and a checksum of what belongs there. Plain JavaScript, as Node runs it without a build.
 */

const BLOCK = 256;

/** Up to the last whole page of the constants of Pyodide 314.0.6. Above them the program's name and the like begin. */
const COVERED = 58 << 16;

const MAP = COVERED / BLOCK / 8;

/** The map, then the checksum, with room for three more numbers. */
export const TRAILER = MAP + 16;

/** The file: the snapshot without the blocks that `bare`, the memory of a bare module, has as well. */
export function withoutOwn(snapshot, bare) {
  const file = new Uint8Array(snapshot.length + TRAILER);
  file.set(snapshot);
  const { memory, map } = parts(file);
  for (let block = 0; block < COVERED / BLOCK; block += 1) {
    const place = block * BLOCK;
    if (!worthLeavingOut(memory, bare, place)) continue;
    memory.fill(0, place, place + BLOCK);
    map[block >> 3] |= 1 << (block & 7);
  }
  sumOf(file)[0] = checksum(bare, map);
  return file;
}

/** Puts the missing blocks of an unpacked file back, from the memory of a bare module; its snapshot part is then whole. */
export function putBack(file, bare) {
  const { memory, map } = parts(file);
  if (checksum(bare, map) !== sumOf(file)[0]) throw new Error("the snapshot was made with another build of Pyodide");
  eachMissing(map, (place) => memory.set(bare.subarray(place, place + BLOCK), place));
}

/** The snapshot in a file, without the map; the snapshot's second number says where its memory begins. */
export function snapshotIn(file) {
  return file.subarray(0, file.length - TRAILER);
}

function parts(file) {
  const [, header] = new Uint32Array(file.buffer, file.byteOffset, 2);
  const end = file.length - TRAILER;
  return { memory: file.subarray(header, end), map: file.subarray(end, end + MAP) };
}

function sumOf(file) {
  return new Int32Array(file.buffer, file.byteOffset + file.length - 16, 4);
}

/** True of a block that both have and that is not all zeros: what is zero may be the stack, and differ another time. */
function worthLeavingOut(memory, bare, place) {
  let used = 0;
  for (let at = place; at < place + BLOCK; at += 1) {
    if (memory[at] !== bare[at]) return false;
    used |= bare[at];
  }
  return used !== 0;
}

function eachMissing(map, call) {
  for (let block = 0; block < COVERED / BLOCK; block += 1) {
    if (map[block >> 3] & (1 << (block & 7))) call(block * BLOCK);
  }
}

function checksum(bare, map) {
  const words = new Int32Array(bare.buffer, bare.byteOffset, COVERED / 4);
  let sum = 1;
  eachMissing(map, (place) => {
    for (let at = place >> 2; at < (place + BLOCK) >> 2; at += 1) sum = (Math.imul(sum, 31) + words[at]) | 0;
  });
  return sum;
}
