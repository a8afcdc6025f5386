/* A vault: documents far apart in stable memory, 1 GiB from one to the next, and their index on the heap.
 *
 * So the hooks must carry the index over an upgrade: before it they save it at the beginning of stable memory, behind it
 * they load it again. How they do that is all in which the versions differ:
 *
 *   v1           by the 32-bit calls, which trap once stable memory has more than 4 GiB: then the vault is stuck
 *   v2           by the 64-bit calls. Everything else is the same, so v2 can take over v1's heap as it is
 *   v2-rebuilt   as v2, but it also reports what it does. Its texts move all other static data, and it takes the
 *                address of a function of its own, so it cannot take over v1's heap; its hooks can be grafted onto v1
 *
 * Stable memory:
 *
 *        0  magic "VAULT\0\0\1", count, and then the index: checksum and kind of each document, as the hooks saved it
 *   n GiB   document n, from 1 on: DOCUMENT_BYTES
 */
#include "../ic0.h"

#define PAGE_BYTES 65536ull
#define GIB_PAGES 16384ull
#define MAGIC 0x010000544C554156ull /* "VAULT\0\0\1", read as a little-endian number */
#define ENTRIES_AT 16u
#define DOCUMENT_BYTES 256u
#define DOCUMENTS_MAX 400u

#define FAIL(text) ic0_trap(text, sizeof(text) - 1)
#define SHARED __attribute__((noinline))

/* The heap: pieces of memory that are never given back. It grows by more pages each time. */

static struct {
    uint8_t *free_from;
    uint8_t *free_to;
    uint32_t pages;
} heap = {.pages = 1};

SHARED static void *allocate(uint32_t bytes) {
    bytes = (bytes + 7) & ~7u;
    if ((uint32_t)(heap.free_to - heap.free_from) < bytes) {
        uint32_t first = __builtin_wasm_memory_grow(0, heap.pages);
        if (first == UINT32_MAX) FAIL("the heap is full");
        heap.free_from = (uint8_t *)(first * (uint32_t)PAGE_BYTES);
        heap.free_to = heap.free_from + heap.pages++ * PAGE_BYTES;
    }
    void *piece = heap.free_from;
    heap.free_from += bytes;
    return piece;
}

/* Documents are of two kinds, which have different checksums. */

static uint64_t sum_of(const uint8_t *bytes, uint32_t size) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < size; i++) sum = (sum << 1 | sum >> 63) + bytes[i];
    return sum;
}

static uint64_t mix_of(const uint8_t *bytes, uint32_t size) {
    uint64_t mix = 0xCBF29CE484222325;
    for (uint32_t i = 0; i < size; i++) mix = (mix ^ bytes[i]) * 0x100000001B3;
    return mix;
}

struct kind {
    const char *text;
    uint64_t (*checksum)(const uint8_t *bytes, uint32_t size);
};

static const struct kind kinds[2] = {
    {"A letter, deep in the vault. ", sum_of},
    {"A ledger, deeper than letters. ", mix_of},
};

/* The index: a list, with the newest document first. */

struct entry {
    struct entry *next;
    uint32_t number;
    uint32_t kind;
    uint64_t checksum;
};

static struct entry *newest;
static uint32_t count;

static void add_entry(uint32_t kind, uint64_t checksum) {
    struct entry *entry = allocate(sizeof *entry);
    *entry = (struct entry){newest, ++count, kind, checksum};
    newest = entry;
}

SHARED static void each_entry(void (*visit)(const struct entry *)) {
    for (const struct entry *entry = newest; entry; entry = entry->next) visit(entry);
}

/* Candid, as far as it is needed here: no argument or one nat64, and nat64 as the reply. */

static uint64_t read_nat64(void) {
    static const uint8_t header[7] = {'D', 'I', 'D', 'L', 0, 1, 0x78};
    uint8_t argument[15];
    if (ic0_msg_arg_data_size() != sizeof argument) FAIL("the argument is not one nat64");
    ic0_msg_arg_data_copy(argument, 0, sizeof argument);
    if (__builtin_memcmp(argument, header, sizeof header) != 0) FAIL("the argument is not one nat64");
    uint64_t value;
    __builtin_memcpy(&value, argument + sizeof header, sizeof value);
    return value;
}

SHARED static void reply_nat64(uint64_t value) {
    ic0_msg_reply_data_append("DIDL\0\1\x78", 7);
    ic0_msg_reply_data_append(&value, sizeof value);
    ic0_msg_reply();
}

int memcmp(const void *left, const void *right, unsigned long size) {
    const uint8_t *a = left, *b = right;
    for (unsigned long i = 0; i < size; i++) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

/* Documents. */

static uint8_t document[DOCUMENT_BYTES];

static uint64_t offset_of(uint32_t number) {
    return (uint64_t)number << 30;
}

static void write_document(uint32_t number) {
    uint32_t kind = number & 1;
    const char *text = kinds[kind].text;
    for (uint32_t i = 0, at = 0; i < DOCUMENT_BYTES; i++) {
        document[i] = text[at] ^ (uint8_t)(number * (i / 32));
        if (text[++at] == 0) at = 0;
    }
    ic0_stable64_write(offset_of(number), (uintptr_t)document, DOCUMENT_BYTES);
    add_entry(kind, kinds[kind].checksum(document, DOCUMENT_BYTES));
}

static void verify_document(const struct entry *entry) {
    ic0_stable64_read((uintptr_t)document, offset_of(entry->number), DOCUMENT_BYTES);
    if (kinds[entry->kind].checksum(document, DOCUMENT_BYTES) != entry->checksum) FAIL("a document is damaged");
}

/* Writes documents until stable memory has so many GiB. */
EXPORT("canister_update fill") void fill(void) {
    uint64_t gibibytes = read_nat64();
    if (gibibytes > DOCUMENTS_MAX) FAIL("the vault takes at most 400 GiB");
    uint64_t pages = gibibytes * GIB_PAGES;
    uint64_t present = ic0_stable64_size();
    if (pages > present && ic0_stable64_grow(pages - present) == UINT64_MAX) FAIL("stable memory is full");
    while (count + 1 < gibibytes) write_document(count + 1);
    reply_nat64(count);
}

/* Reads every document again. */
EXPORT("canister_query verify") void verify(void) {
    each_entry(verify_document);
    reply_nat64(count);
}

static uint32_t letters;

static void count_letter(const struct entry *entry) {
    if (entry->kind == 0) letters++;
}

EXPORT("canister_query letters") void count_letters(void) {
    letters = 0;
    each_entry(count_letter);
    reply_nat64(letters);
}

EXPORT("canister_query count") void count_documents(void) {
    reply_nat64(count);
}

EXPORT("canister_query gibibytes") void gibibytes(void) {
    reply_nat64(ic0_stable64_size() / GIB_PAGES);
}

/* The hooks. */

#ifdef V1
#define STABLE_SIZE() ic0_stable_size()
#define STABLE_READ(target, offset, size) ic0_stable_read(target, offset, size)
#define STABLE_WRITE(offset, source, size) ic0_stable_write(offset, source, size)
#else
#define STABLE_SIZE() ic0_stable64_size()
#define STABLE_READ(target, offset, size) ic0_stable64_read((uintptr_t)(target), offset, size)
#define STABLE_WRITE(offset, source, size) ic0_stable64_write(offset, (uintptr_t)(source), size)
#endif

struct saved {
    uint64_t kind;
    uint64_t checksum;
};

static uint32_t place_of(uint32_t number) {
    return ENTRIES_AT + (number - 1) * (uint32_t)sizeof(struct saved);
}

#ifdef REBUILT
#define REPORT(text) ic0_debug_print(text, sizeof(text) - 1)
#else
#define REPORT(text)
#endif

static void save_entry(const struct entry *entry) {
    struct saved saved = {entry->kind, entry->checksum};
    STABLE_WRITE(place_of(entry->number), &saved, sizeof saved);
}

EXPORT("canister_pre_upgrade") void save(void) {
    REPORT("The vault saves its index.");
    if (STABLE_SIZE() == 0) return;
    uint64_t header[2] = {MAGIC, count};
    STABLE_WRITE(0, header, sizeof header);
#ifdef REBUILT
    each_entry(save_entry);
#else
    for (const struct entry *entry = newest; entry; entry = entry->next) save_entry(entry);
#endif
    REPORT("The vault has saved its index, to the last entry.");
}

EXPORT("canister_post_upgrade") void load(void) {
    if (STABLE_SIZE() == 0) return;
    uint64_t header[2];
    STABLE_READ(header, 0, sizeof header);
    if (header[0] != MAGIC) return;
    for (uint32_t number = 1; number <= header[1]; number++) {
        struct saved saved;
        STABLE_READ(&saved, place_of(number), sizeof saved);
        add_entry((uint32_t)saved.kind, saved.checksum);
    }
    REPORT("The vault has its index again.");
}

/* The interface travels in the module, where clients look for it. */
__asm__(".section \".custom_section.icp:public candid:service\",\"\",@\n"
        ".incbin \"vault.did\"\n"
        ".text\n");
