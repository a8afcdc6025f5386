package decant.candid;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The definitions of one interface description, or the type table of one message: what names stand for.
///
/// It is filled by the reader that made it and does not change afterwards. Two scopes are equal only if they are one.
public final class TypeScope {
    private final Map<String, Type> definitions = new LinkedHashMap<>();

    TypeScope() {}

    /// {@return what each name stands for, in the order of the definitions}
    public Map<String, Type> definitions() {
        return Collections.unmodifiableMap(definitions);
    }

    Type definition(String name) {
        var type = definitions.get(name);
        if (type == null) {
            throw new AssertionError("BUG: the type " + name + " is mentioned but not defined");
        }
        return type;
    }

    boolean defines(String name) {
        return definitions.containsKey(name);
    }

    void define(String name, Type type) {
        definitions.put(name, type);
    }
}
