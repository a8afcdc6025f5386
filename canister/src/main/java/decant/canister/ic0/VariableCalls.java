package decant.canister.ic0;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/// `ic0.env_var_*`: the environment variables that the controllers set.
final class VariableCalls {
    private static final long NAME_BYTES_MAX = 128;

    private VariableCalls() {}

    static long count(Invocation run, long[] arguments) {
        return run.canister.settings().environmentVariables().size();
    }

    static long nameSize(Invocation run, long[] arguments) {
        return name(run, arguments[0]).length;
    }

    static long nameCopy(Invocation run, long[] arguments) {
        run.copy(name(run, arguments[0]), arguments[1], arguments[2], arguments[3]);
        return 0;
    }

    static long nameExists(Invocation run, long[] arguments) {
        var name = readName(run, arguments[0], arguments[1]);
        return run.canister.settings().environmentVariables().containsKey(name) ? 1 : 0;
    }

    static long valueSize(Invocation run, long[] arguments) {
        return value(run, arguments).length;
    }

    static long valueCopy(Invocation run, long[] arguments) {
        run.copy(value(run, arguments), arguments[2], arguments[3], arguments[4]);
        return 0;
    }

    private static byte[] name(Invocation run, long index) {
        var names = run.canister.settings().environmentVariables().keySet();
        if (index < 0 || index >= names.size()) {
            throw Fault.violation("Environment variable index " + Long.toUnsignedString(index)
                    + " is out of bounds. The number of environment variables is " + names.size() + ".");
        }
        Iterator<String> inOrder = names.iterator();
        for (long before = 0; before < index; before++) {
            inOrder.next();
        }
        return inOrder.next().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(Invocation run, long[] arguments) {
        var name = readName(run, arguments[0], arguments[1]);
        var value = run.canister.settings().environmentVariables().get(name);
        if (value == null) {
            throw Fault.violation("Environment variable " + name + " not found.");
        }
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static String readName(Invocation run, long address, long size) {
        if (size < 0 || size > NAME_BYTES_MAX) {
            throw run.violation("an environment variable's name of " + Long.toUnsignedString(size)
                    + " bytes exceeds the limit of " + NAME_BYTES_MAX);
        }
        return run.readText(address, size);
    }
}
