package decant.wasm;

import decant.base.Hash;
import decant.wasm.run.Raw;
import java.util.Optional;

/// Keeps what modules were compiled to beyond the process that compiled them.
///
/// What it gives back is run as it is, so it must be what the same engine put in, on the same version of Java and with
/// the same {@link #memoryAccess}. Any thread may use it.
public interface CodeCache {
    /// The cache that keeps nothing.
    CodeCache NONE = _ -> new Classes() {
        @Override
        public Optional<byte[]> find(String name) {
            return Optional.empty();
        }

        @Override
        public void add(String name, byte[] classFile) {}
    };

    /// {@return the name of the way in which compiled code gets at memory, which this virtual machine decides}
    static String memoryAccess() {
        return Raw.ACCESS.getSimpleName();
    }

    /// {@return what is kept of a module, which for one not seen before is nothing}
    ///
    /// @param module the SHA-256 of its bytes
    Classes of(Hash module);

    /// The class files of one module.
    interface Classes {
        /// {@return a class file, if it was added in this process or before}
        Optional<byte[]> find(String name);

        /// Keeps a class file. That it cannot be kept is no failure.
        void add(String name, byte[] classFile);
    }
}
