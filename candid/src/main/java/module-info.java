import org.jspecify.annotations.NullMarked;

/// Candid: types, values, subtyping with explanations, binary codec, text, and the .did language.
@NullMarked
module decant.candid {
    requires transitive decant.base;
    requires static org.jspecify;

    exports decant.candid;
}
