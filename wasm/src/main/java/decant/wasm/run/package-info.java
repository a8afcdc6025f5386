/// What compiled code calls and works on: memories, tables, the state of an instance, the arithmetic that the JVM
/// lacks.
///
/// Every class and method that compiled code names is public; the package itself is not exported.
package decant.wasm.run;
