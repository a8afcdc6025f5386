/* The part of the System API that the examples in C use: one declaration per import. */
#pragma once
#include <stdint.h>

#define IMPORT(name) __attribute__((import_module("ic0"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT(msg_arg_data_size) uint32_t ic0_msg_arg_data_size(void);
IMPORT(msg_arg_data_copy) void ic0_msg_arg_data_copy(void *target, uint32_t offset, uint32_t size);
IMPORT(msg_reply_data_append) void ic0_msg_reply_data_append(const void *source, uint32_t size);
IMPORT(msg_reply) void ic0_msg_reply(void);
IMPORT(call_new) void ic0_call_new(
    const void *callee, uint32_t callee_size, const void *method, uint32_t method_size,
    void (*on_reply)(uint32_t), uint32_t reply_environment, void (*on_reject)(uint32_t), uint32_t reject_environment);
IMPORT(call_perform) uint32_t ic0_call_perform(void);
IMPORT(trap) _Noreturn void ic0_trap(const void *source, uint32_t size);
IMPORT(debug_print) void ic0_debug_print(const void *source, uint32_t size);
IMPORT(stable64_size) uint64_t ic0_stable64_size(void);
IMPORT(stable64_grow) uint64_t ic0_stable64_grow(uint64_t pages);
IMPORT(stable64_read) void ic0_stable64_read(uint64_t target, uint64_t offset, uint64_t size);
IMPORT(stable64_write) void ic0_stable64_write(uint64_t offset, uint64_t source, uint64_t size);

/* The stable memory of old: offsets and sizes of 32 bits. It traps once there are more than 4 GiB. */
IMPORT(stable_size) uint32_t ic0_stable_size(void);
IMPORT(stable_grow) uint32_t ic0_stable_grow(uint32_t pages);
IMPORT(stable_read) void ic0_stable_read(void *target, uint32_t offset, uint32_t size);
IMPORT(stable_write) void ic0_stable_write(uint32_t offset, const void *source, uint32_t size);
