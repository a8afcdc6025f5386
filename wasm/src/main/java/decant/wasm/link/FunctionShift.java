package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.FunctionBody;
import decant.wasm.LocalGroup;
import decant.wasm.Module;
import java.util.List;

/// Moves the functions from one index on, because more functions are imported. Everything else stays where it is.
record FunctionShift(int from, int by) implements CodeCopy.Translation {
    @Override
    public int function(int index) {
        return index < from ? index : index + by;
    }

    ConstantExpression of(ConstantExpression expression) {
        return expression instanceof ConstantExpression.RefFunc(int function)
                ? new ConstantExpression.RefFunc(function(function))
                : expression;
    }

    Export of(Export export) {
        return export.kind() == ExportKind.FUNCTION
                ? new Export(export.name(), export.kind(), function(export.index()))
                : export;
    }

    ElementSegment of(ElementSegment segment) {
        return new ElementSegment(
                segment.mode(),
                segment.table(),
                segment.offset(),
                segment.type(),
                segment.elements().stream().map(this::of).toList());
    }

    /// {@return locals and instructions of a function}
    byte[] body(Module module, FunctionBody body) {
        var target = locals(body.locals());
        if (by == 0) {
            target.raw(module.bytes(), body.start(), body.end());
        } else {
            new CodeCopy(module, this).copy(body.start(), body.end(), target);
        }
        return target.bytes();
    }

    /// {@return the beginning of a function's body}
    static BinaryOutput locals(List<LocalGroup> locals) {
        return new BinaryOutput()
                .vector(
                        locals,
                        (group, target) ->
                                target.u32(group.count()).u8(group.type().code()));
    }
}
