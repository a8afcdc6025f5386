package decant.wasm.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers for functions of other instances, given in the order of first use.
final class ForeignReferences implements ReferenceSpace {
    private final int first;
    private final List<FunctionReference> references = new ArrayList<>();
    private final Map<FunctionReference, Integer> handles = new HashMap<>();

    /// @param first the first number
    ForeignReferences(int first) {
        this.first = first;
    }

    @Override
    public int handleOf(FunctionReference reference) {
        Integer known = handles.get(reference);
        if (known != null) {
            return known;
        }
        int handle = first + references.size();
        references.add(reference);
        handles.put(reference, handle);
        return handle;
    }

    @Override
    public FunctionReference referenceOf(int handle) {
        return references.get(handle - first);
    }
}
