package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.DataSegment;
import decant.wasm.Module;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
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

    /// {@return the active segments that write zeros where nothing else was written, and so might as well be missing}
    static BitSet redundant(Module module) {
        var byAddress = new ArrayList<Integer>();
        for (int i = 0; i < module.data().size(); i++) {
            var segment = module.data().get(i);
            if (segment.offset().isPresent()) {
                if (address(segment).isEmpty()) {
                    return new BitSet();
                }
                byAddress.add(i);
            }
        }
        byAddress.sort(
                Comparator.comparingLong(i -> address(module.data().get(i)).orElseThrow()));
        return zerosAlone(module, byAddress);
    }

    private static BitSet zerosAlone(Module module, List<Integer> byAddress) {
        var redundant = new BitSet();
        long endBefore = 0;
        for (int k = 0; k < byAddress.size(); k++) {
            var segment = module.data().get(byAddress.get(k));
            long start = address(segment).orElseThrow();
            long end = start + segment.length();
            long startBehind = k + 1 < byAddress.size()
                    ? address(module.data().get(byAddress.get(k + 1))).orElseThrow()
                    : Long.MAX_VALUE;
            if (start >= endBefore && end <= startBehind && isZero(module.bytes(), segment)) {
                redundant.set(byAddress.get(k));
            }
            endBefore = Math.max(endBefore, end);
        }
        return redundant;
    }

    private static boolean isZero(byte[] bytes, DataSegment segment) {
        for (int i = segment.start(); i < segment.start() + segment.length(); i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
