package decant.wasm.run;

import decant.wasm.Frame;
import decant.wasm.FunctionType;
import decant.wasm.Module;
import decant.wasm.TrapException;
import java.util.List;

/// What the state of an instance needs to know of its module's compiled code, which all instances share.
public interface Code {
    Module module();

    FunctionType functionType(int functionIndex);

    /// {@return the way into a function, compiled at the latest now}
    Entry entry(int functionIndex);

    /// {@return the number that stands for a function in tables, or -1 when the module never refers to it}
    int handleOfFunction(int functionIndex);

    /// {@return how many functions have a number}
    int handleCount();

    /// {@return the function that such a number stands for}
    int functionOfHandle(int handle);

    /// {@return the type with this index}
    FunctionType type(int typeIndex);

    /// {@return the first slot of a global when the slots of all globals, imports first, are counted through; for the
    /// index behind the last global how many slots there are}
    int slotOfGlobal(int globalIndex);

    /// {@return for each entry of the `br_table` at this offset the number of its target among the distinct ones}
    int[] branchTable(int offset);

    /// {@return the functions that were active when the exception was made, innermost first}
    List<Frame> backtrace(TrapException exception);
}
