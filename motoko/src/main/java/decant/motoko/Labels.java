package decant.motoko;

import decant.candid.Label;
import java.util.HashMap;
import java.util.Map;

/// The names of fields and cases that occur in a stable signature, by the hashes that stand for them in memory.
final class Labels {
    private final Map<Long, String> names = new HashMap<>();

    static Labels of(StableSignature signature) {
        var labels = new Labels();
        signature.variables().forEach(labels::add);
        signature.definitions().all().forEach(definition -> labels.addParts(definition.body()));
        return labels;
    }

    private void add(MotokoType.Field field) {
        names.put(hash(field.label()), field.label());
        addParts(field.type());
    }

    private void addParts(MotokoType type) {
        switch (type) {
            case MotokoType.Composite composite -> composite.fields().forEach(this::add);
            case MotokoType.Variant variant -> variant.tags().forEach(this::add);
            case MotokoType.Primitive _,
                    MotokoType.Array _,
                    MotokoType.Option _,
                    MotokoType.Weak _,
                    MotokoType.Tuple _,
                    MotokoType.Function _,
                    MotokoType.Async _,
                    MotokoType.Reference _,
                    MotokoType.Parameter _ -> Parts.of(type).forEach(this::addParts);
        }
    }

    /// {@return the name with this hash; the hash as a number where there is none}
    String name(long hash) {
        return names.getOrDefault(hash, Long.toString(hash));
    }

    /// {@return what stands for the label: a label `_7_` is a number, and `class_` the name `class`}
    static long hash(String label) {
        if (label.matches("_\\d{1,10}_")) {
            return Long.parseLong(label.substring(1, label.length() - 1));
        }
        return Label.hash(label.endsWith("_") ? label.substring(0, label.length() - 1) : label);
    }
}
