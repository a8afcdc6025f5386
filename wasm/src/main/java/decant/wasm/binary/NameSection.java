package decant.wasm.binary;

import decant.wasm.InvalidModuleException;
import java.util.HashMap;
import java.util.Map;

/// Reads the names of functions from the custom section "name".
///
/// The section only serves people, so whatever is wrong with it ends the reading and is no fault of the module.
public final class NameSection {
    static final String NAME = "name";

    private static final int FUNCTION_NAMES = 1;

    private NameSection() {}

    /// {@return the names by function index, of functions that exist}
    static Map<Integer, String> functionNames(CodeReader section, int functionCount) {
        Map<Integer, String> names = new HashMap<>();
        try {
            while (!section.atEnd()) {
                int id = section.u8();
                int size = section.u32();
                int start = section.position();
                if (id == FUNCTION_NAMES) {
                    readFunctionNames(section, functionCount, names);
                    break;
                }
                section.skip(size);
                assert section.position() - start == size;
            }
        } catch (InvalidModuleException e) {
            return names;
        }
        return names;
    }

    /// {@return how many bytes the longest name of a function has, as far as the section can be read}
    public static long longestFunctionName(byte[] content) {
        var section = new CodeReader(content, 0, content.length);
        long longest = 0;
        try {
            while (!section.atEnd()) {
                int id = section.u8();
                int size = section.length();
                if (id != FUNCTION_NAMES) {
                    section.skip(size);
                    continue;
                }
                for (int left = section.u32(); left != 0; left--) {
                    section.u32();
                    int length = section.length();
                    longest = Math.max(longest, length);
                    section.skip(length);
                }
            }
        } catch (InvalidModuleException e) {
            return longest;
        }
        return longest;
    }

    private static void readFunctionNames(CodeReader section, int functionCount, Map<Integer, String> names) {
        for (int left = section.u32(); left != 0; left--) {
            int index = section.u32();
            String name = section.name();
            if (Integer.compareUnsigned(index, functionCount) < 0 && !name.isEmpty()) {
                names.put(index, shortened(name));
            }
        }
    }

    private static String shortened(String name) {
        return name.length() <= ImplementationLimits.FUNCTION_NAME_MAX
                ? name
                : name.substring(0, ImplementationLimits.FUNCTION_NAME_MAX);
    }
}
