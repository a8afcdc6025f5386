/// Motoko: finding and running its compiler, and what it says in a module about the data that upgrades keep.
///
/// ```java
/// var compiler = MotokoCompiler.find(source, System.getenv());
/// switch (compiler.compile(source)) {
///     case Compilation.Compiled actor -> install(actor.wasm());
///     case Compilation.Failed failed -> System.err.print(failed.diagnostics());
/// }
///
/// var before = StableSignature.parse(metadataOfOldModule);
/// var after = StableSignature.parse(metadataOfNewModule);
/// StableCompatibility.compare(before, after, Set.of());   // what the upgrade would lose or could not read
/// ```
package decant.motoko;
