/// What happens when a message meets a canister.
///
/// Everything is a value: a clean `CanisterState` and a message go in, an `Outcome` with the next state comes out, and
/// a guest that traps leaves the clean one. Nothing here knows the time, chance, threads or files: `Env` tells what an
/// execution may know of the world.
///
/// ```
/// var modules = new ModuleCache(64);
/// try (var instances = new Instances(64)) {
///     var install = new Install(modules, instances);
///     var management = new Management(install, new SnapshotCode(modules), new Replay(modules));
///     var execution = new Execution(modules, instances, builtIns);
///     var outcome = execution.execute(canister, message, env);       // on a thread of WasmThreads
///     canister = outcome.next();
///     outcome.answers().forEach(this::deliver);
/// }
/// ```
///
/// The data model, from the outside to the inside:
/// ```
/// SubnetState   = CanisterState*, what they share
/// CanisterState = Settings, status, Cycles, Code?, Calls, input queue, History, CanisterLog, ...
/// Code          = ModuleBinary, globals, heap MemoryImage, stable MemoryImage
/// Calls         = CallContext*, Callback*
/// Outcome       = Completed | Trapped | Skipped          of a message
/// InstallOutcome = Installed | Rejected                  of an installation, with the stage it came to
/// ```
///
/// `Execution` runs messages and queries, `Install` puts code into canisters, `Lifecycle` starts, stops, uninstalls.
/// All three run guest code through a `Resident`, an instance of the canister's module whose memory holds the state;
/// `Instances` keeps the ones used most recently, and wakes others from the state, so that no result depends on which
/// are there.
package decant.canister;
