import org.jspecify.annotations.NullMarked;

/// Principal, Hash, Leb128: small, dull, dependency-free.
@NullMarked
module decant.base {
    requires static org.jspecify;

    exports decant.base;
}
