/// From WebAssembly to JVM bytecode.
///
/// A function becomes a static method; the operand stack becomes the JVM's operand stack, emptied into JVM locals where
/// control flow meets. `CompiledModule` is the class loader that makes each class when the JVM first asks for it:
///
/// ```text
/// wasm.f12      call(parameters..., int stackLeft, InstanceState) the function 12, or the way to the import 12
/// wasm.f12_3    call(long[] frame, int stackLeft, InstanceState)  the region 3 of function 12, which was too large
/// wasm.e12      an Entry: from arguments in slots to wasm.f12
/// wasm.t5       call(parameters..., int funcref, int stackLeft, InstanceState)  indirect calls by type 5
/// wasm.state    the InstanceState with a field for each global
/// ```
package decant.wasm.compile;
