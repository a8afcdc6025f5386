/// Judges and edits modules: whether one fits the memory that another has made, and how to make one that does.
///
/// ```
/// Set<String> hooks = Set.of("canister_init", "canister_pre_upgrade", "canister_post_upgrade");
/// switch (HeapProof.compare(installed, replacement, hooks)) {
///     case Verdict.Fits(var renumbering) -> instance.setGlobals(renumbering.carry(kept, instance.globals()));
///     case Verdict.Differs(var differences, var total) -> differences.forEach(System.out::println);
/// }
/// switch (Graft.graft(installed, replacement, Optional.of(installedWithSymbols), hooks)) {
///     case GraftResult.Grafted(byte[] module, var report) -> install(module);
///     case GraftResult.Unneeded _ -> System.out.println("the hooks are the same");
///     case GraftResult.Refused(var obstacles, var total) -> obstacles.forEach(System.out::println);
/// }
/// ```
///
/// A *hook* is an exported function, known by its name, that may be replaced; so is the start function. Every other
/// export is an *entry point*. This package knows no names of its own: callers say which exports are hooks.
///
/// {@link decant.wasm.link.HeapProof} is what is trusted. {@link decant.wasm.link.Graft} and
/// {@link decant.wasm.link.Rescue} make modules and have them proven before they hand them out.
package decant.wasm.link;
