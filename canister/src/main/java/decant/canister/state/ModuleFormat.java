package decant.canister.state;

import decant.base.Hash;
import decant.canister.state.ModuleBinary.Metadata;
import decant.canister.state.ModuleBinary.TaskExports;
import java.util.Map;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// The bytes of a module's record: format version, exported tasks, metadata, the module as uploaded.
final class ModuleFormat {
    private static final int VERSION = 1;

    private ModuleFormat() {}

    static byte[] encode(ModuleBinary module) {
        var out = new RecordWriter();
        out.number(VERSION);
        out.flag(module.tasks().lowWasmMemory());
        out.flag(module.tasks().globalTimer());
        out.flag(module.tasks().heartbeat());
        out.list(module.metadata().entrySet(), entry -> {
            out.text(entry.getKey());
            out.flag(entry.getValue().isPublic());
            out.bytes(entry.getValue().content());
        });
        out.bytes(module.bytes());
        return out.record();
    }

    static ModuleBinary decode(Hash hash, RecordReader in) {
        in.version(VERSION);
        var tasks = new TaskExports(in.flag(), in.flag(), in.flag());
        PSortedMap<String, Metadata> metadata = TreePMap.empty();
        for (var entry : in.list(() -> Map.entry(in.text(), new Metadata(in.flag(), in.bytes())))) {
            metadata = metadata.plus(entry.getKey(), entry.getValue());
        }
        var module = new ModuleBinary(hash, in.bytes(), tasks, metadata);
        in.end();
        return module;
    }
}
