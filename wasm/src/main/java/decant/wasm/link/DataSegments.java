package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.DataSegment;
import decant.wasm.Module;
import java.util.List;
import java.util.OptionalLong;

/// Where the data segments of a module go.
final class DataSegments {
    private DataSegments() {}

    /// {@return the address of an active segment, if it is a constant}
    static OptionalLong address(DataSegment segment) {
        if (segment.offset().isEmpty()) {
            return OptionalLong.empty();
        }
        return switch (segment.offset().get()) {
            case ConstantExpression.I32Const(int value) -> OptionalLong.of(value & 0xFFFF_FFFFL);
            case ConstantExpression.I64Const(long value) -> OptionalLong.of(value);
            case ConstantExpression.F32Const _,
                    ConstantExpression.F64Const _,
                    ConstantExpression.V128Const _,
                    ConstantExpression.RefNull _,
                    ConstantExpression.RefFunc _,
                    ConstantExpression.GlobalGet _ -> OptionalLong.empty();
        };
    }

    /// {@return whether an active segment writes zeros where nothing else was written, and so might as well be missing}
    static boolean isRedundant(Module module, int index) {
        List<DataSegment> segments = module.data();
        var segment = segments.get(index);
        var address = address(segment);
        if (address.isEmpty() || !isZero(module.bytes(), segment)) {
            return false;
        }
        long start = address.getAsLong();
        for (int i = 0; i < segments.size(); i++) {
            if (i != index && segments.get(i).offset().isPresent() && mayOverlap(segments.get(i), start, segment)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(byte[] bytes, DataSegment segment) {
        for (int i = segment.start(); i < segment.start() + segment.length(); i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean mayOverlap(DataSegment other, long start, DataSegment segment) {
        var otherStart = address(other);
        return otherStart.isEmpty()
                || otherStart.getAsLong() < start + segment.length() && start < otherStart.getAsLong() + other.length();
    }
}
