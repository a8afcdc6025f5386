package decant.wasm.compile;

import java.lang.classfile.CodeBuilder;

/// The line numbers of a method, which say where in the module an instruction stands that may trap or call.
///
/// A line number has 16 bits. It is the distance from the beginning of the function or region; where that is too small
/// a unit, it counts units of several bytes, and the first instruction of such a unit stands for all of it.
final class Sites {
    private static final int LINES_MAX = 0xFFFF;

    private final int start;
    private final int unit;
    private int last = -1;

    /// @param start where the function's or region's first instruction stands
    /// @param end where the bytes end
    Sites(int start, int end) {
        this.start = start;
        this.unit = (end - start) / LINES_MAX + 1;
    }

    /// The bytecode emitted next belongs to the instruction at this offset.
    void mark(CodeBuilder code, int offset) {
        int line = (offset - start) / unit;
        if (line != last) {
            code.lineNumber(line);
            last = line;
        }
    }

    /// {@return the offset of the instruction with a line number}
    int offsetOf(int line) {
        return start + line * unit;
    }
}
