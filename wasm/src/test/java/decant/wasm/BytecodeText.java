package decant.wasm;

import static java.util.stream.Collectors.joining;

import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A function as people read it: its WebAssembly, and the bytecode that was made of it.
final class BytecodeText {
    private static final String INDENT = "    ";

    private BytecodeText() {}

    /// {@return a function's instructions, then those of each method in its classes}
    static String of(Module module, int function) {
        FunctionBody body = module.bodies().get(function - module.importedFunctionCount());
        var text = new StringBuilder();
        text.append("func ").append(module.functionType(function)).append('\n');
        for (LocalGroup group : body.locals()) {
            text.append("local ")
                    .append(group.count())
                    .append(" x ")
                    .append(group.type())
                    .append('\n');
        }
        appendInstructions(text, module, body);
        for (byte[] classFile : module.code().functionClasses(function)) {
            ClassFile.of().parse(classFile).methods().forEach(method -> appendMethod(text, method));
        }
        return text.toString();
    }

    private static void appendInstructions(StringBuilder text, Module module, FunctionBody body) {
        var code = new CodeReader(module.bytes(), body.start(), body.end());
        int depth = 1;
        while (!code.atEnd()) {
            int opcode = code.opcode();
            depth -= opcode == Opcode.END || opcode == Opcode.ELSE ? 1 : 0;
            text.append(INDENT.repeat(depth + 1)).append(Opcode.name(opcode));
            appendImmediates(text, code, opcode);
            text.append('\n');
            depth += switch (opcode) {
                case Opcode.BLOCK, Opcode.LOOP, Opcode.IF, Opcode.ELSE -> 1;
                default -> 0;
            };
        }
    }

    private static void appendImmediates(StringBuilder text, CodeReader code, int opcode) {
        if (opcode >= Opcode.I32_LOAD && opcode <= Opcode.I64_STORE32) {
            code.memoryArgument();
            text.append(" offset=").append(code.offset());
            return;
        }
        switch (opcode) {
            case Opcode.I32_CONST -> text.append(' ').append(code.s32());
            case Opcode.I64_CONST -> text.append(' ').append(code.s64());
            case Opcode.BR, Opcode.BR_IF, Opcode.CALL, Opcode.LOCAL_GET, Opcode.LOCAL_SET, Opcode.LOCAL_TEE ->
                text.append(' ').append(code.u32());
            case Opcode.CALL_INDIRECT ->
                text.append(" type=").append(code.u32()).append(" table=").append(code.u32());
            default -> code.skipImmediates(opcode);
        }
    }

    private static void appendMethod(StringBuilder text, MethodModel method) {
        var code = (CodeAttribute) method.code().orElseThrow();
        text.append('\n')
                .append(method.methodName().stringValue())
                .append(typeOf(method.methodTypeSymbol()))
                .append(", ")
                .append(code.codeLength())
                .append(" bytes\n");
        Map<Label, String> labels = labels(code);
        for (CodeElement element : code.elementList()) {
            switch (element) {
                case LabelTarget target
                when labels.containsKey(target.label()) ->
                    text.append(labels.get(target.label())).append(":\n");
                case ExceptionCatch handler ->
                    text.append(INDENT)
                            .append("catch ")
                            .append(labels.get(handler.tryStart()))
                            .append("..")
                            .append(labels.get(handler.tryEnd()))
                            .append(" -> ")
                            .append(labels.get(handler.handler()))
                            .append('\n');
                case Instruction instruction ->
                    text.append(INDENT).append(text(instruction, labels)).append('\n');
                default -> {}
            }
        }
    }

    /// {@return names for the places that something refers to, in the order of the code}
    private static Map<Label, String> labels(CodeAttribute code) {
        Set<Label> used = new HashSet<>();
        for (CodeElement element : code.elementList()) {
            switch (element) {
                case BranchInstruction branch -> used.add(branch.target());
                case TableSwitchInstruction jump -> {
                    used.add(jump.defaultTarget());
                    jump.cases().forEach(each -> used.add(each.target()));
                }
                case LookupSwitchInstruction jump -> {
                    used.add(jump.defaultTarget());
                    jump.cases().forEach(each -> used.add(each.target()));
                }
                case ExceptionCatch handler ->
                    used.addAll(List.of(handler.tryStart(), handler.tryEnd(), handler.handler()));
                default -> {}
            }
        }
        var names = new HashMap<Label, String>();
        for (CodeElement element : code.elementList()) {
            if (element instanceof LabelTarget target && used.contains(target.label())) {
                names.put(target.label(), "L" + names.size());
            }
        }
        return names;
    }

    private static String text(Instruction instruction, Map<Label, String> labels) {
        String name = instruction.opcode().name().toLowerCase(Locale.ROOT).replaceAll("_[0-9w]$", "");
        return switch (instruction) {
            case LoadInstruction load -> name + " " + load.slot();
            case StoreInstruction store -> name + " " + store.slot();
            case IncrementInstruction increment -> name + " " + increment.slot() + " " + increment.constant();
            case ConstantInstruction constant -> "push " + constant.constantValue();
            case BranchInstruction branch -> name + " " + labels.get(branch.target());
            case TableSwitchInstruction jump -> name + " " + targets(jump.cases(), jump.defaultTarget(), labels);
            case LookupSwitchInstruction jump -> name + " " + targets(jump.cases(), jump.defaultTarget(), labels);
            case FieldInstruction field ->
                name + " " + field.owner().asSymbol().displayName() + "."
                        + field.name().stringValue();
            case InvokeInstruction call ->
                name + " " + call.owner().asSymbol().displayName() + "."
                        + call.name().stringValue() + typeOf(call.typeSymbol());
            default -> name;
        };
    }

    private static String targets(List<SwitchCase> cases, Label otherwise, Map<Label, String> labels) {
        return cases.stream()
                .map(each -> each.caseValue() + ": " + labels.get(each.target()))
                .collect(joining(", ", "", ", otherwise: " + labels.get(otherwise)));
    }

    private static String typeOf(MethodTypeDesc type) {
        return type.parameterList().stream()
                .map(ClassDesc::displayName)
                .collect(joining(", ", "(", ") " + type.returnType().displayName()));
    }
}
