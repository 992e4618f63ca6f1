/** Makes a memory snapshot smaller: free memory is full of old bytes, which compress badly, and zeros cost nothing. */

/** Python objects of these sizes fill the free places in Python's own pools; 512 bytes is the largest that lives there. */
const FILL_POOLS = `
import gc
for size in range(16, 513, 16):
    held = [bytes(max(size - 33, 0)) for _ in range(3000)]
    del held
gc.collect()
`;

/** Overwrites what is free, in Python's pools and in the C heap, without making either larger for good. */
export function zeroFreeMemory(py) {
  py.runPython(FILL_POOLS);
  const { _malloc, _free, HEAPU32, _emscripten_get_sbrk_ptr } = py._module;
  const end = HEAPU32[_emscripten_get_sbrk_ptr() >>> 2];
  const held = [];
  for (let size = 1 << 22; size >= 16; size >>= 1) {
    for (let place = take(size); place; place = take(size)) held.push(place);
  }
  held.forEach((place) => _free(place));

  /** A zeroed piece of the heap as it stands; 0 when there is none of this size. */
  function take(size) {
    const place = _malloc(size) >>> 0;
    if (place === 0) return 0;
    if (place + size > end) return _free(place), 0;
    py._module.HEAPU8.fill(0, place, place + size);
    return place;
  }
}
