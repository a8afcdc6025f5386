/* Notes that live in stable memory alone, so an upgrade needs no hooks: the heap holds nothing that must last.
 *
 * Stable memory:
 *
 *      0  magic "NOTES\0\0\1"
 *      8  count    how many notes there are
 *     16  end      where the next note goes
 *     24  offsets  of the notes by number, 8 bytes each, NOTES_MAX of them
 *   TEXTS  the notes: length (8 bytes) and text, one after the other
 */
#include "../ic0.h"

#define PAGE_BYTES 65536ull
#define NOTES_MAX 65536ull
#define MAGIC 0x0100005345544F4Eull /* "NOTES\0\0\1", read as a little-endian number */
#define COUNT_AT 8ull
#define END_AT 16ull
#define OFFSETS_AT 24ull
#define TEXTS_AT (OFFSETS_AT + 8 * NOTES_MAX)
#define ARGUMENT_BYTES_MAX 1048576u

static uint8_t argument[ARGUMENT_BYTES_MAX];

#define FAIL(text) ic0_trap(text, sizeof(text) - 1)

static uint64_t read64(uint64_t offset) {
    uint64_t value;
    ic0_stable64_read((uintptr_t)&value, offset, 8);
    return value;
}

static void write64(uint64_t offset, uint64_t value) {
    ic0_stable64_write(offset, (uintptr_t)&value, 8);
}

static void grow_to(uint64_t bytes) {
    uint64_t pages = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    uint64_t present = ic0_stable64_size();
    if (pages > present && ic0_stable64_grow(pages - present) == UINT64_MAX) FAIL("stable memory is full");
}

/* Candid, as far as it is needed here: an argument of one primitive type, and replies with a fixed type table. */

static uint32_t read_argument(uint8_t type) {
    static const uint8_t header[6] = {'D', 'I', 'D', 'L', 0, 1};
    uint32_t size = ic0_msg_arg_data_size();
    if (size > ARGUMENT_BYTES_MAX) FAIL("the argument is longer than 1 MiB");
    ic0_msg_arg_data_copy(argument, 0, size);
    if (size < 7) FAIL("the argument is not Candid");
    for (int i = 0; i < 6; i++) {
        if (argument[i] != header[i]) FAIL("the argument is not Candid with one primitive value");
    }
    if (argument[6] != type) FAIL("the argument has another type than notes.did says");
    return size;
}

static void reply_with(const char *header, uint32_t size) {
    ic0_msg_reply_data_append(header, size);
}
#define REPLY_WITH(header) reply_with(header, sizeof(header) - 1)

static void reply_nat64(uint64_t value) {
    REPLY_WITH("DIDL\0\1\x78");
    ic0_msg_reply_data_append(&value, 8);
    ic0_msg_reply();
}

static void append_leb128(uint64_t value) {
    do {
        uint8_t byte = value & 0x7F;
        value >>= 7;
        if (value != 0) byte |= 0x80;
        ic0_msg_reply_data_append(&byte, 1);
    } while (value != 0);
}

static void check_layout(void) {
    if (ic0_stable64_size() == 0 || read64(0) != MAGIC) FAIL("stable memory does not hold notes");
}

EXPORT("canister_init") void canister_init(void) {
    grow_to(TEXTS_AT);
    write64(0, MAGIC);
    write64(COUNT_AT, 0);
    write64(END_AT, TEXTS_AT);
}

EXPORT("canister_post_upgrade") void canister_post_upgrade(void) {
    check_layout();
}

EXPORT("canister_update add") void add(void) {
    uint32_t size = read_argument(0x71);
    uint32_t at = 7, shift = 0;
    uint64_t length = 0;
    uint8_t byte;
    do {
        if (at == size || shift > 28) FAIL("the text's length is malformed");
        byte = argument[at++];
        length |= (uint64_t)(byte & 0x7F) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (length != size - at) FAIL("the text's length is not that of the argument");

    uint64_t count = read64(COUNT_AT);
    uint64_t end = read64(END_AT);
    if (count == NOTES_MAX) FAIL("there is no room for more than 65536 notes");
    grow_to(end + 8 + length);
    write64(end, length);
    ic0_stable64_write(end + 8, (uintptr_t)(argument + at), length);
    write64(OFFSETS_AT + 8 * count, end);
    write64(END_AT, end + 8 + length);
    write64(COUNT_AT, count + 1);
    reply_nat64(count);
}

EXPORT("canister_query get") void get(void) {
    if (read_argument(0x78) != 15) FAIL("the argument is not one nat64");
    uint64_t number;
    __builtin_memcpy(&number, argument + 7, 8);

    REPLY_WITH("DIDL\1\x6E\x71\1\0"); /* opt text */
    if (number >= read64(COUNT_AT)) {
        REPLY_WITH("\0");
        ic0_msg_reply();
        return;
    }
    uint64_t offset = read64(OFFSETS_AT + 8 * number);
    uint64_t length = read64(offset);
    ic0_stable64_read((uintptr_t)argument, offset + 8, length);
    REPLY_WITH("\1");
    append_leb128(length);
    ic0_msg_reply_data_append(argument, (uint32_t)length);
    ic0_msg_reply();
}

EXPORT("canister_query count") void count(void) {
    reply_nat64(read64(COUNT_AT));
}

/* The interface travels in the module, where clients look for it. */
__asm__(".section \".custom_section.icp:public candid:service\",\"\",@\n"
        ".incbin \"notes.did\"\n"
        ".text\n");
