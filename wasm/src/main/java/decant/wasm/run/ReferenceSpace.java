package decant.wasm.run;

/// What the numbers stand for that funcrefs are at run time. -1 is null everywhere.
///
/// Each instance has its own numbers, in which its own functions come first, so that an indirect call is a jump by
/// table. A table holds the numbers of the instance that defines it; other instances translate.
interface ReferenceSpace {
    int NULL = -1;

    /// {@return the number for a function, which is new when it was not used here before}
    int handleOf(FunctionReference reference);

    /// {@return the function that a number other than null stands for}
    FunctionReference referenceOf(int handle);

    /// {@return the number here for what `handle` means there}
    default int translate(int handle, ReferenceSpace there) {
        return handle == NULL || there.equals(this) ? handle : handleOf(there.referenceOf(handle));
    }
}
