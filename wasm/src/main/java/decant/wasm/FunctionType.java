package decant.wasm;

import java.util.List;
import java.util.stream.Collectors;

/// What a function takes and gives.
public record FunctionType(List<ValueType> parameters, List<ValueType> results) {
    public FunctionType {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
    }

    @Override
    public String toString() {
        return text(parameters) + " -> " + text(results);
    }

    private static String text(List<ValueType> types) {
        return types.stream().map(ValueType::toString).collect(Collectors.joining(" ", "[", "]"));
    }
}
