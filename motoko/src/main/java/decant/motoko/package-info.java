/// Motoko: finding and running its compiler.
///
/// ```java
/// var compiler = MotokoCompiler.find(source, System.getenv());
/// switch (compiler.compile(source)) {
///     case Compilation.Compiled actor -> install(actor.wasm());
///     case Compilation.Failed failed -> System.err.print(failed.diagnostics());
/// }
/// ```
package decant.motoko;
