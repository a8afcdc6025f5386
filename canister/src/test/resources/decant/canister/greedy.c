/* A canister whose allocator takes everything behind the first pages, up to the memory's end, for its own.
 *
 *   greedy           its hook always traps
 *   greedy-repaired  its hook works and says so, and what it says comes with a graft, to behind the end of the memory.
 *                    Then the allocator writes over it
 */
#include "ic0.h"

#define PAGE_BYTES 65536u

static uint8_t *free_from = (uint8_t *)(2 * PAGE_BYTES);
static uint32_t pieces;

__attribute__((noinline)) static uint8_t *allocate(uint32_t bytes) {
    while (__builtin_wasm_memory_size(0) * PAGE_BYTES - (uintptr_t)free_from < bytes) {
        if (__builtin_wasm_memory_grow(0, 1) == UINT32_MAX) ic0_trap("the memory is full", 18);
    }
    uint8_t *piece = free_from;
    free_from += bytes;
    pieces++;
    return piece;
}

__attribute__((noinline)) static uint8_t *filled(uint32_t bytes, uint8_t with) {
    uint8_t *piece = allocate(bytes);
    for (uint32_t i = 0; i < bytes; i++) piece[i] = with + i;
    return piece;
}

EXPORT("canister_update take") void take(void) {
    uint32_t bytes = ic0_msg_arg_data_size();
    ic0_msg_reply_data_append(filled(bytes, bytes), bytes);
    ic0_msg_reply_data_append(&pieces, sizeof pieces);
    ic0_msg_reply();
}

EXPORT("canister_pre_upgrade") void save(void) {
#ifdef REPAIRED
    static const char done[] = "everything is saved";
    uint32_t bytes = 3 * PAGE_BYTES;
    if (ic0_stable64_size() == 0) ic0_stable64_grow(3);
    ic0_stable64_write(0, (uintptr_t)filled(bytes, 7), bytes);
    ic0_debug_print(done, sizeof done - 1);
#else
    __builtin_trap();
#endif
}
