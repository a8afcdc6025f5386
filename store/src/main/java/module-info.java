import org.jspecify.annotations.NullMarked;

/// Versioned pages on disk. Knows nothing of canisters or Wasm.
@NullMarked
module decant.store {
    requires com.github.luben.zstd_jni;
    requires java.sql;
    requires transitive decant.base;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;

    exports decant.store;
}
