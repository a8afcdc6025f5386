/* A register of members, on the heap. Hooks carry it through an upgrade: before it they save the members in stable
 * memory, behind it they load them again.
 *
 * `sound` does that as it should be done. Every other variant makes one mistake, and all but `reordered` make it in
 * their hooks alone, so that `sound` can take over their heaps:
 *
 *   narrow       none yet: an older version, which saves values of 4 bytes where the others save 8
 *   fixed        loads values of 4 bytes, as the version before it saved them, whatever the memory says
 *   swapped      loads each of the two lists from the other's place
 *   calls        calls another canister before the upgrade, which no hook can
 *   byte-by-byte saves every byte by a call of its own, so the cost grows fast with the members
 *   copies       copies all members on the heap before it saves them, where there is no room for a copy of many
 *   asserts      asserts before the upgrade what holds only while nobody has joined
 *   grows        makes stable memory larger behind the upgrade, writes into it, and then traps
 *   reordered    is sound, but its functions have other numbers, by which an open call remembers who takes the answer
 *
 * Stable memory, once a hook has saved:
 *
 *      0  header
 *   LISTS  list 0: when each member joined; list 1: what each has paid. The values of a list lie side by side
 */
#include "../ic0.h"

#define PAGE_BYTES 65536ull
#define MAGIC 0x5245545349474552ull /* "REGISTER", read as a little-endian number */
#define LISTS_AT 64ull
#define FAIL(text) ic0_trap(text, sizeof(text) - 1)

/* Hooks and methods both call it: compiled as if anybody might, so that it is the same whatever the hooks do. */
#define SHARED __attribute__((noinline))

/* What only some hooks say is part of every variant (which is linked with --no-gc-sections for that), so that none has
 * its other data elsewhere. */

#define TEXT(name, words) __attribute__((used)) static const char name[] = words
#define SAY_AND_TRAP(name) ic0_trap(name, sizeof(name) - 1)

TEXT(foreign, "stable memory does not hold this register");
TEXT(not_empty, "assertion failed: nobody has joined yet");
TEXT(no_room, "out of memory: there is no room for a copy of all members");
TEXT(no_index, "the index of the members could not be made");

/* The heap: pieces of memory that are never given back. */

static uint8_t *free_from;
static uint8_t *free_to;

/* Returns a null pointer where there is no more. */
SHARED void *allocate(uint32_t bytes) {
    bytes = (bytes + 7) & ~7u;
    if ((uint32_t)(free_to - free_from) < bytes) {
        uint32_t pages = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
        uint32_t old_pages = __builtin_wasm_memory_grow(0, pages);
        if (old_pages == UINT32_MAX) return 0;
        free_from = (uint8_t *)(old_pages * (uint32_t)PAGE_BYTES);
        free_to = free_from + pages * PAGE_BYTES;
    }
    void *piece = free_from;
    free_from += bytes;
    return piece;
}

/* The members: of each two values. */

#define LISTS 2u
#define BLOCK_MEMBERS 512u

struct block {
    struct block *next;
    uint64_t values[LISTS][BLOCK_MEMBERS];
};

static struct block *first;
static struct block *last;
static uint32_t count;

/* The last member joins. */
SHARED void add_member(void) {
    if (count % BLOCK_MEMBERS == 0) {
        struct block *block = allocate(sizeof *block);
        if (block == 0) FAIL("out of memory: the register is full");
        block->next = 0;
        if (last) last->next = block;
        else first = block;
        last = block;
    }
    count++;
}

/* How many members there are in the block whose first member has this number. */
static uint32_t members_in_block(uint32_t from) {
    return count - from < BLOCK_MEMBERS ? count - from : BLOCK_MEMBERS;
}

/* Candid, as far as it is needed here: no argument, one nat64 or one principal, and nat64 as the reply. */

#define ARGUMENT_BYTES_MAX 64u

static uint8_t argument[ARGUMENT_BYTES_MAX];

static uint32_t read_argument(uint8_t type) {
    uint32_t size = ic0_msg_arg_data_size();
    if (size > ARGUMENT_BYTES_MAX) FAIL("the argument is longer than 64 bytes");
    ic0_msg_arg_data_copy(argument, 0, size);
    if (size < 7 || argument[5] != 1 || argument[6] != type) FAIL("the argument has another type than register.did says");
    return size;
}

SHARED void reply_nat64(uint64_t value) {
    ic0_msg_reply_data_append("DIDL\0\1\x78", 7);
    ic0_msg_reply_data_append(&value, sizeof value);
    ic0_msg_reply();
}

/* Lets so many members join; replies how many there are then. */
EXPORT("canister_update join") void join(void) {
    if (read_argument(0x78) != 15) FAIL("the argument is not one nat64");
    uint64_t newcomers;
    __builtin_memcpy(&newcomers, argument + 7, 8);
    while (newcomers-- > 0) {
        add_member();
        uint32_t place = (count - 1) % BLOCK_MEMBERS;
        last->values[0][place] = 1000 + count;
        last->values[1][place] = 7 * (uint64_t)count % 1009;
    }
    reply_nat64(count);
}

EXPORT("canister_query count") void count_members(void) {
    reply_nat64(count);
}

/* Replies what all members together have paid. */
EXPORT("canister_query total") void total(void) {
    uint64_t sum = 0;
    uint32_t number = 0;
    for (const struct block *block = first; block; block = block->next) {
        for (uint32_t i = 0; i < BLOCK_MEMBERS && number < count; i++, number++) sum += block->values[1][i];
    }
    reply_nat64(sum);
}

/* Replies a number that every value of every member goes into. */
EXPORT("canister_query digest") void digest(void) {
    uint64_t mix = 0xCBF29CE484222325;
    uint32_t number = 0;
    for (const struct block *block = first; block; block = block->next) {
        for (uint32_t i = 0; i < BLOCK_MEMBERS && number < count; i++, number++) {
            mix = (mix ^ block->values[0][i]) * 0x100000001B3;
            mix = (mix ^ block->values[1][i]) * 0x100000001B3;
        }
    }
    reply_nat64(mix);
}

/* An order: another canister delivers, and whoever ordered is told 1 if it did and 0 if it did not. */

SHARED void delivered(uint32_t environment) {
    (void)environment;
    reply_nat64(1);
}

SHARED void not_delivered(uint32_t environment) {
    (void)environment;
    reply_nat64(0);
}

/* Functions whose address is taken get their numbers in the order in which they are listed. */
#ifdef REORDERED
static void (*const volatile takers[])(uint32_t) = {not_delivered, delivered};
#define DELIVERED takers[1]
#define NOT_DELIVERED takers[0]
#else
static void (*const volatile takers[])(uint32_t) = {delivered, not_delivered};
#define DELIVERED takers[0]
#define NOT_DELIVERED takers[1]
#endif

static uint8_t peer[29];
static uint32_t peer_size;

SHARED void call_peer(void) {
    ic0_call_new(peer, peer_size, "deliver", 7, DELIVERED, 0, NOT_DELIVERED, 0);
    if (ic0_call_perform() != 0) FAIL("the call could not be made");
}

EXPORT("canister_update order") void order(void) {
    uint32_t size = read_argument(0x68);
    peer_size = argument[8];
    if (peer_size > sizeof peer || size != 9 + peer_size) FAIL("the argument is not one principal");
    __builtin_memcpy(peer, argument + 9, peer_size);
    call_peer();
}

EXPORT("canister_update deliver") void deliver(void) {
    reply_nat64(count);
}

/* The hooks. */

struct header {
    uint64_t magic;
    uint64_t value_bytes;
    uint64_t count;
};

#ifdef NARROW
#define VALUE_BYTES 4u
typedef uint32_t saved_value;
#else
#define VALUE_BYTES 8u
typedef uint64_t saved_value;
#endif

static uint64_t list_at(uint32_t list, uint64_t value_bytes, uint64_t members) {
    return LISTS_AT + list * members * value_bytes;
}

/* Only what is more makes stable memory larger. */
static void grow_to(uint64_t bytes) {
    uint64_t pages = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    uint64_t present = ic0_stable64_size();
    if (pages > present && ic0_stable64_grow(pages - present) == UINT64_MAX) FAIL("out of memory: the register is full");
}

static void save_list(uint32_t list) {
    uint64_t at = list_at(list, VALUE_BYTES, count);
    uint32_t number = 0;
    for (const struct block *block = first; block; block = block->next) {
        uint32_t members = members_in_block(number);
#ifdef BYTE_BY_BYTE
        for (uint32_t i = 0; i < members; i++) {
            saved_value value = (saved_value)block->values[list][i];
            for (uint32_t byte = 0; byte < VALUE_BYTES; byte++) {
                ic0_stable64_write(at + (uint64_t)i * VALUE_BYTES + byte, (uintptr_t)&value + byte, 1);
            }
        }
#else
        saved_value values[BLOCK_MEMBERS];
        for (uint32_t i = 0; i < members; i++) values[i] = (saved_value)block->values[list][i];
        ic0_stable64_write(at, (uintptr_t)values, members * VALUE_BYTES);
#endif
        number += members;
        at += members * VALUE_BYTES;
    }
}

EXPORT("canister_pre_upgrade") void save(void) {
#ifdef ASSERTS
    if (count != 0) SAY_AND_TRAP(not_empty);
#endif
#ifdef COPIES
    if (allocate(LISTS * VALUE_BYTES * count) == 0) SAY_AND_TRAP(no_room);
#endif
    struct header header = {MAGIC, VALUE_BYTES, count};
    grow_to(list_at(LISTS, VALUE_BYTES, count));
    ic0_stable64_write(0, (uintptr_t)&header, sizeof header);
    for (uint32_t list = 0; list < LISTS; list++) save_list(list);
#ifdef CALLS
    call_peer();
#endif
}

static void load_list(uint32_t list, uint64_t at, uint32_t value_bytes) {
    uint32_t number = 0;
    for (struct block *block = first; block; block = block->next) {
        uint32_t members = members_in_block(number);
        if (value_bytes == 8) {
            ic0_stable64_read((uintptr_t)block->values[list], at, members * 8);
        } else {
            uint32_t values[BLOCK_MEMBERS];
            ic0_stable64_read((uintptr_t)values, at, members * 4);
            for (uint32_t i = 0; i < members; i++) block->values[list][i] = values[i];
        }
        number += members;
        at += members * value_bytes;
    }
}

EXPORT("canister_post_upgrade") void load(void) {
    if (ic0_stable64_size() == 0) return;
    struct header header;
    ic0_stable64_read((uintptr_t)&header, 0, sizeof header);
    if (header.magic != MAGIC) SAY_AND_TRAP(foreign);
#ifdef FIXED
    header.value_bytes = 4;
#endif
#ifdef SWAPPED
#define PLACE(list) (1 - (list))
#else
#define PLACE(list) (list)
#endif
    while (count < header.count) add_member();
    for (uint32_t list = 0; list < LISTS; list++) {
        load_list(list, list_at(PLACE(list), header.value_bytes, header.count), (uint32_t)header.value_bytes);
    }
#ifdef GROWS
    uint64_t index_at = ic0_stable64_size() * PAGE_BYTES;
    grow_to(index_at + 3 * PAGE_BYTES);
    ic0_stable64_write(index_at, (uintptr_t)&header, sizeof header);
    ic0_stable64_write(0, (uintptr_t)&index_at, sizeof index_at);
    SAY_AND_TRAP(no_index);
#endif
}

/* The interface travels in the module, where clients look for it. */
__asm__(".section \".custom_section.icp:public candid:service\",\"\",@\n"
        ".incbin \"register.did\"\n"
        ".text\n");
