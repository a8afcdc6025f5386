package decant.canister;

import decant.canister.state.ModuleBinary.Metadata;
import decant.wasm.CustomSection;
import decant.wasm.Module;
import java.nio.charset.StandardCharsets;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// Finds the metadata of a canister in its custom sections `icp:public <name>` and `icp:private <name>`.
final class ModuleMetadata {
    private static final String PREFIX = "icp:";
    private static final String PUBLIC = "icp:public ";
    private static final String PRIVATE = "icp:private ";

    private ModuleMetadata() {}

    /// {@return the metadata by name}
    /// @throws InvalidCanisterModule where there is too much of it, or a name is not allowed
    static PSortedMap<String, Metadata> of(Module module) {
        PSortedMap<String, Metadata> metadata = TreePMap.empty();
        long bytes = 0;
        for (CustomSection section : module.customSections()) {
            if (!section.name().startsWith(PREFIX)) {
                continue;
            }
            var name = nameIn(section);
            if (metadata.containsKey(name)) {
                throw new InvalidCanisterModule("Invalid custom section: name " + name + " already exists");
            }
            bytes += name.getBytes(StandardCharsets.UTF_8).length + section.content().length;
            metadata = metadata.plus(name, new Metadata(section.name().startsWith(PUBLIC), section.content()));
        }
        if (metadata.size() > ModuleLimits.METADATA_SECTIONS_MAX) {
            throw new InvalidCanisterModule("Invalid custom sections: " + metadata.size()
                    + " sections exceed the maximum number allowed " + ModuleLimits.METADATA_SECTIONS_MAX);
        }
        if (bytes > ModuleLimits.METADATA_BYTES_MAX) {
            throw new InvalidCanisterModule("Invalid custom sections: total size of " + bytes
                    + " bytes exceeds the maximum allowed: " + ModuleLimits.METADATA_BYTES_MAX + " bytes");
        }
        return metadata;
    }

    private static String nameIn(CustomSection section) {
        var name = section.name();
        if (name.startsWith(PUBLIC)) {
            return name.substring(PUBLIC.length());
        }
        if (name.startsWith(PRIVATE)) {
            return name.substring(PRIVATE.length());
        }
        throw new InvalidCanisterModule("Invalid custom section: '" + name
                + "' begins with `icp:` but not with `icp:public ` or `icp:private `");
    }
}
