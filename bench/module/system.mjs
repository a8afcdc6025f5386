// The System API as a stub, enough for a Motoko canister that answers: the same one as `SystemStub`.
export function system() {
  const host = { argument: new Uint8Array(), caller: new Uint8Array(), reply: [] };
  let stablePages = 0n;
  let memory;
  const bytes = (at, length) => new Uint8Array(memory.buffer, Number(at), Number(length));
  const copy = (source) => (at, from, length) =>
    bytes(at, length).set(source().subarray(Number(from), Number(from + length)));
  const functions = {
    msg_arg_data_size: () => BigInt(host.argument.length),
    msg_arg_data_copy: copy(() => host.argument),
    msg_caller_size: () => BigInt(host.caller.length),
    msg_caller_copy: copy(() => host.caller),
    msg_reply_data_append: (at, length) => host.reply.push(...bytes(at, length)),
    trap: (at, length) => {
      throw new Error(Buffer.from(bytes(at, length)).toString());
    },
    stable64_size: () => stablePages,
    stable64_grow: (pages) => (stablePages += pages) - pages,
    is_controller: () => 1,
    canister_status: () => 1,
  };
  const long = ["canister_self_size", "msg_reject_msg_size", "performance_counter", "time", "global_timer_set"];
  for (const name of long) functions[name] = () => 0n;
  host.ic0 = new Proxy(functions, { get: (all, name) => all[name] ?? (() => 0) });
  host.attach = (instance) => (memory = instance.exports.mem);
  return host;
}
