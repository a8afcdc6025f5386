package decant.wasm.link;

import java.util.List;

/// What a graft consists of.
///
/// @param appended the names of the functions that were added
/// @param shared the names of the installed functions that the new hooks use
/// @param newDataBytes how many bytes of data the new hooks bring along
public record GraftReport(List<String> appended, List<String> shared, int newDataBytes) {
    public GraftReport {
        appended = List.copyOf(appended);
        shared = List.copyOf(shared);
    }
}
