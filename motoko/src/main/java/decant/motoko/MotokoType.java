package decant.motoko;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A type of Motoko as stable signatures write it.
///
/// A type is complete in itself: a [Reference] holds the definitions that its name is one of. Only references make
/// types recursive.
sealed interface MotokoType {
    /// The types without parts, and the types of everything and of nothing.
    enum Primitive implements MotokoType {
        NULL,
        BOOL,
        NAT,
        NAT8,
        NAT16,
        NAT32,
        NAT64,
        INT,
        INT8,
        INT16,
        INT32,
        INT64,
        FLOAT,
        CHAR,
        TEXT,
        BLOB,
        ERROR,
        PRINCIPAL,
        REGION,
        ANY,
        NONE;

        static Optional<Primitive> named(String name) {
            for (var primitive : values()) {
                if (primitive.toString().equals(name)) {
                    return Optional.of(primitive);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }

    /// Any number of values of one type, which can be exchanged if it is mutable.
    record Array(boolean isMutable, MotokoType item) implements MotokoType {}

    /// A value or null.
    record Option(MotokoType item) implements MotokoType {
        /// Not the hash of the item, which a record would take: options of options shall not collide.
        @Override
        public int hashCode() {
            return 31 * item.hashCode() + 1;
        }
    }

    /// A reference that does not keep its value alive.
    record Weak(MotokoType item) implements MotokoType {
        /// As for options.
        @Override
        public int hashCode() {
            return 31 * item.hashCode() + 2;
        }
    }

    /// A fixed number of values; their names are documentation only.
    record Tuple(List<Item> items) implements MotokoType {}

    /// A part of a tuple, an argument or a result.
    record Item(Optional<String> name, MotokoType type) {}

    /// What has named fields.
    enum Sort {
        OBJECT,
        ACTOR,
        MODULE
    }

    /// A record, an actor seen from outside, or a module. The fields are in the order of their labels.
    record Composite(Sort sort, List<Field> fields, List<TypeField> types) implements MotokoType {}

    /// A field of a record or a case of a variant.
    record Field(String label, boolean isMutable, MotokoType type) {}

    /// A type among the fields of a record.
    record TypeField(String label, Definition definition) {}

    /// One of several tags, with a value. The tags are in the order of their labels.
    record Variant(List<Field> tags) implements MotokoType {}

    /// How a function is called.
    enum Sharing {
        LOCAL,
        SHARED,
        QUERY,
        COMPOSITE_QUERY
    }

    /// A function. One that promises gives its results later; of shared functions it is one that answers.
    record Function(
            Sharing sharing,
            boolean promises,
            List<TypeParameter> parameters,
            Binder binder,
            List<Item> arguments,
            List<Item> results)
            implements MotokoType {}

    /// A result to wait for.
    record Async(boolean isLazy, MotokoType result) implements MotokoType {}

    /// A mention of a definition, with an argument for each of its parameters.
    record Reference(String name, List<MotokoType> arguments, Definitions definitions) implements MotokoType {}

    /// A mention of a type parameter, inside what binds it.
    record Parameter(Binder binder, int index, String name) implements MotokoType {}

    /// What binds type parameters. It is equal to itself alone.
    final class Binder {}

    /// A type parameter and the type that its arguments must be subtypes of.
    record TypeParameter(String name, MotokoType bound) {}

    /// A name for a type, or for one type for each choice of arguments.
    record Definition(String name, List<TypeParameter> parameters, Binder binder, MotokoType body) {}
}
