// Compute kernels, each an exported function of its size that returns a checksum. No libc, no imports.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define KERNEL(name) __attribute__((export_name(#name))) u32 name
#define ARENA_BYTES (32u << 20)

static u8 arena[ARENA_BYTES] __attribute__((aligned(16)));
static u32 seed;

static u32 next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

static __attribute__((noinline)) u32 fib_of(u32 n) { return n < 2 ? n : fib_of(n - 1) + fib_of(n - 2); }

KERNEL(fib)(u32 n) { return fib_of(n); }

KERNEL(sieve)(u32 n) {
  u32 count = 0;
  for (u32 i = 0; i < n; i++) arena[i] = 1;
  for (u32 i = 2; i < n; i++) {
    if (!arena[i]) continue;
    count++;
    for (u32 j = i * 2; j < n; j += i) arena[j] = 0;
  }
  return count;
}

static const u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))

static __attribute__((noinline)) void sha256_block(u32 h[8], const u8 *p) {
  u32 w[64];
  for (int i = 0; i < 16; i++) w[i] = (u32)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    u32 s0 = ROTR(w[i - 15], 7) ^ ROTR(w[i - 15], 18) ^ w[i - 15] >> 3;
    u32 s1 = ROTR(w[i - 2], 17) ^ ROTR(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
  for (int i = 0; i < 64; i++) {
    u32 t1 = k + (ROTR(e, 6) ^ ROTR(e, 11) ^ ROTR(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
    u32 t2 = (ROTR(a, 2) ^ ROTR(a, 13) ^ ROTR(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    k = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += k;
}

KERNEL(sha256)(u32 blocks) {
  u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (u32 i = 0; i < 64 * 64; i++) arena[i] = (u8)(i * 31);
  for (u32 i = 0; i < blocks; i++) sha256_block(h, arena + (i & 63) * 64);
  return h[0];
}

static void quicksort_range(u32 *a, int low, int high) {
  while (low < high) {
    u32 pivot = a[(low + high) >> 1];
    int i = low, j = high;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        u32 t = a[i];
        a[i++] = a[j], a[j--] = t;
      }
    }
    if (j - low < high - i) {
      quicksort_range(a, low, j);
      low = i;
    } else {
      quicksort_range(a, i, high);
      high = j;
    }
  }
}

KERNEL(quicksort)(u32 n) {
  u32 *a = (u32 *)arena;
  seed = 2463534242u;
  for (u32 i = 0; i < n; i++) a[i] = next_random();
  quicksort_range(a, 0, (int)n - 1);
  u32 sum = 0;
  for (u32 i = 0; i < n; i++) sum = sum * 31 + a[i];
  return sum;
}

KERNEL(hashmap)(u32 n) {
  u32 *keys = (u32 *)arena, *values = keys + (1u << 20), mask = (1u << 20) - 1, sum = 0;
  for (u32 i = 0; i <= mask; i++) keys[i] = 0;
  seed = 88675123u;
  for (u32 i = 0; i < n; i++) {
    u32 key = next_random() % n + 1, at = (key * 2654435761u) & mask;
    while (keys[at] && keys[at] != key) at = (at + 1) & mask;
    if (!keys[at]) keys[at] = key, values[at] = 0;
    sum += ++values[at];
  }
  return sum;
}

KERNEL(matmul)(u32 n) {
  double *a = (double *)arena, *b = a + n * n, *c = b + n * n, sum = 0;
  for (u32 i = 0; i < n * n; i++) a[i] = (double)(i % 7), b[i] = (double)(i % 5);
  for (u32 i = 0; i < n; i++)
    for (u32 j = 0; j < n; j++) {
      double s = 0;
      for (u32 k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
  for (u32 i = 0; i < n * n; i++) sum += c[i];
  return (u32)(u64)sum;
}

KERNEL(bulk)(u32 n) {
  for (u32 i = 0; i < n; i++) {
    __builtin_memset(arena + 64, (int)i, 1u << 16);
    __builtin_memcpy(arena + (1u << 20), arena, 1u << 16);
  }
  return arena[(1u << 20) + 100];
}

KERNEL(copyloop)(u32 n) {
  volatile u8 *from = arena, *to = arena + (1u << 20);
  for (u32 i = 0; i < 1u << 16; i++) from[i] = (u8)i;
  for (u32 r = 0; r < n; r++)
    for (u32 i = 0; i < 1u << 16; i++) to[i] = from[i];
  return to[77];
}

struct node { u32 key, left, right; };

KERNEL(bst)(u32 n) {
  struct node *nodes = (struct node *)arena;
  u32 used = 1, root = 0, depths = 0;
  seed = 521288629u;
  for (u32 i = 0; i < n; i++) {
    u32 key = next_random(), *link = &root;
    while (*link) {
      struct node *at = nodes + *link;
      link = key < at->key ? &at->left : &at->right;
      depths++;
    }
    nodes[used] = (struct node){key, 0, 0};
    *link = used++;
  }
  return depths;
}

static u32 op_add(u32 x, u32 i) { return x + i; }
static u32 op_xor(u32 x, u32 i) { return x ^ i; }
static u32 op_mul(u32 x, u32 i) { return x * (i | 1); }
static u32 op_rot(u32 x, u32 i) { return ROTR(x, 7) + i; }
static u32 op_not(u32 x, u32 i) { return ~x - i; }
static u32 op_sub(u32 x, u32 i) { return x - i * 3; }
static u32 (*volatile const ops[])(u32, u32) = {op_add, op_xor, op_mul, op_rot, op_not, op_sub};

KERNEL(indirect)(u32 n) {
  u32 x = 1;
  seed = 362436069u;
  for (u32 i = 0; i < n; i++) x = ops[(next_random() >> 8) % 6](x, i);
  return x;
}

// A stack machine: the loop of an interpreter, running nested loops of arithmetic.
enum { PUSH, GET, SET, ADD, MUL, XOR, LESS, LOAD, STORE, JUMP, JUMP_IF_ZERO, HALT };
enum { I, J, S, N };
#define OP(code, argument) ((u32)(code) | (u32)(argument) << 8)

static const u32 program[] = {
    OP(PUSH, 0), OP(SET, I),                                                                   //  0  i = 0
    OP(GET, I), OP(GET, N), OP(LESS, 0), OP(JUMP_IF_ZERO, 34),                                 //  2  while i < n
    OP(PUSH, 0), OP(SET, J),                                                                   //  6    j = 0
    OP(GET, J), OP(PUSH, 50), OP(LESS, 0), OP(JUMP_IF_ZERO, 29),                               //  8    while j < 50
    OP(GET, S), OP(PUSH, 31), OP(MUL, 0), OP(GET, J), OP(XOR, 0), OP(SET, S),                  // 12      s = s * 31 ^ j
    OP(GET, J), OP(GET, J), OP(LOAD, 0), OP(GET, S), OP(ADD, 0), OP(STORE, 0),                 // 18      memory[j] += s
    OP(GET, J), OP(PUSH, 1), OP(ADD, 0), OP(SET, J), OP(JUMP, 8),                              // 24      j = j + 1
    OP(GET, I), OP(PUSH, 1), OP(ADD, 0), OP(SET, I), OP(JUMP, 2),                              // 29    i = i + 1
    OP(HALT, 0)};

static __attribute__((noinline)) u32 interpret(const u32 *code, u32 *locals, u32 *memory) {
  u32 stack[16], *top = stack, at = 0;
  for (;;) {
    u32 op = code[at++], argument = op >> 8;
    switch (op & 0xff) {
    case PUSH: *top++ = argument; break;
    case GET: *top++ = locals[argument]; break;
    case SET: locals[argument] = *--top; break;
    case ADD: top--, top[-1] += top[0]; break;
    case MUL: top--, top[-1] *= top[0]; break;
    case XOR: top--, top[-1] ^= top[0]; break;
    case LESS: top--, top[-1] = top[-1] < top[0]; break;
    case LOAD: top[-1] = memory[top[-1]]; break;
    case STORE: top -= 2, memory[top[0]] = top[1]; break;
    case JUMP: at = argument; break;
    case JUMP_IF_ZERO: if (!*--top) at = argument; break;
    default: return locals[S];
    }
  }
}

KERNEL(interpreter)(u32 n) {
  u32 *locals = (u32 *)arena, *memory = locals + 16;
  for (u32 i = 0; i < 80; i++) locals[i] = 0;
  locals[N] = n;
  return interpret(program, locals, memory) ^ memory[7];
}

// A heap with a list of free blocks for each power of two, and a table of blocks that come and go.
struct block { struct block *next; u32 class; };

static struct block *free_blocks[16];
static u8 *heap_end;

static __attribute__((noinline)) void *allocate(u32 bytes) {
  u32 class = 4;
  while (1u << class < bytes + sizeof(struct block)) class++;
  struct block *found = free_blocks[class];
  if (found) {
    free_blocks[class] = found->next;
  } else {
    found = (struct block *)heap_end;
    heap_end += 1u << class;
    found->class = class;
  }
  return found + 1;
}

static __attribute__((noinline)) void release(void *memory) {
  struct block *block = (struct block *)memory - 1;
  block->next = free_blocks[block->class];
  free_blocks[block->class] = block;
}

KERNEL(allocator)(u32 n) {
  u32 **slots = (u32 **)arena, sum = 0;
  for (u32 i = 0; i < 4096; i++) slots[i] = 0;
  for (u32 i = 0; i < 16; i++) free_blocks[i] = 0;
  heap_end = arena + (1u << 16);
  seed = 2654435769u;
  for (u32 i = 0; i < n; i++) {
    u32 r = next_random(), at = r & 4095, words = 2 + (r >> 12) % 60;
    if (slots[at]) {
      sum = sum * 31 + slots[at][1];
      release(slots[at]);
    }
    u32 *made = slots[at] = allocate(words * 4);
    made[0] = words, made[1] = i, made[words - 1] = r;
  }
  return sum;
}
