package decant.wasm.link;

import decant.wasm.binary.Opcode;
import decant.wasm.link.Program.Datum;
import decant.wasm.link.Program.Fn;
import decant.wasm.link.Program.Ins;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/// Changes one thing of a program outside its hooks, or one that hooks must not do.
enum Mutation {
    CONSTANT,
    OPERATION,
    NOP,
    CALL_TARGET,
    IMPORT_TARGET,
    SLOT_CONSTANT,
    GLOBAL_USED,
    LOCAL_USED,
    ADDRESS,
    ACCESS_OFFSET,
    ACCESS_ALIGNMENT,
    BRANCH,
    LOCAL_ADDED,
    DATA_BYTE,
    PASSIVE_BYTE,
    TABLE_SLOT,
    TABLE_SIZE,
    GLOBAL_VALUE,
    GLOBAL_MUTABILITY,
    EXPORT_TARGET,
    EXPORT_REMOVED,
    EXPORT_ADDED,
    MEMORY_MINIMUM,
    MEMORY_MAXIMUM,
    HOOK_SETS_TABLE;

    private static final Map<Integer, Integer> SWAPPED = Map.of(
            Opcode.I32_ADD, Opcode.I32_SUB,
            Opcode.I64_ADD, Opcode.I64_SUB,
            Opcode.I32_MUL, Opcode.I32_XOR,
            Opcode.I64_ROTL, Opcode.I64_ROTR,
            Opcode.I32_OR, Opcode.I32_AND,
            Opcode.I64_SHR_S, Opcode.I64_SHR_U,
            Opcode.I32_GT_S, Opcode.I32_GE_S);

    /// {@return whether there was such a thing, and it is changed now}
    boolean apply(Program program, Random random) {
        return switch (this) {
            case CONSTANT ->
                plain(
                        program,
                        random,
                        (p, _) -> p.opcode() == Opcode.I32_CONST || p.opcode() == Opcode.I64_CONST,
                        p -> new Ins.Plain(p.opcode(), List.of(p.operands().getFirst() + 1)));
            case OPERATION ->
                plain(
                        program,
                        random,
                        (p, _) -> SWAPPED.containsKey(p.opcode()),
                        p -> new Ins.Plain(SWAPPED.getOrDefault(p.opcode(), Opcode.NOP), List.of()));
            case NOP -> {
                var body = pick(List.copyOf(program.reachedOutsideHooks()), random).body;
                body.add(random.nextInt(body.size()), new Ins.Plain(Opcode.NOP, List.of()));
                yield true;
            }
            case CALL_TARGET ->
                replace(
                        program,
                        random,
                        Ins.Call.class,
                        (call, _) -> other(program.functions, call.target(), f -> f.type, random)
                                .map(Ins.Call::new));
            case IMPORT_TARGET ->
                replace(
                        program,
                        random,
                        Ins.CallImport.class,
                        (call, _) -> other(program.imports, call.target(), i -> i.type, random)
                                .map(Ins.CallImport::new));
            case SLOT_CONSTANT ->
                replace(
                        program,
                        random,
                        Ins.Slot.class,
                        (slot, _) -> other(program.table, slot.target(), _ -> 0, random)
                                .map(Ins.Slot::new));
            case GLOBAL_USED ->
                replace(
                        program,
                        random,
                        Ins.Global.class,
                        (access, _) -> other(
                                        program.globals, access.variable(), v -> List.of(v.type, v.mutable), random)
                                .map(v -> new Ins.Global(access.opcode(), v)));
            case LOCAL_USED -> replace(program, random, Ins.Plain.class, Mutation::otherLocal);
            case ADDRESS ->
                replace(
                        program,
                        random,
                        Ins.Address.class,
                        (address, _) -> Optional.of(new Ins.Address(address.datum(), address.addend() + 1)));
            case ACCESS_OFFSET ->
                replace(
                        program,
                        random,
                        Ins.Access.class,
                        (access, _) -> Optional.of(new Ins.Access(
                                access.opcode(), access.alignment(), access.datum(), access.addend() + 1)));
            case ACCESS_ALIGNMENT ->
                replace(
                        program,
                        random,
                        Ins.Access.class,
                        (access, _) -> Optional.of(new Ins.Access(
                                access.opcode(), (access.alignment() + 1) % 3, access.datum(), access.addend())));
            case BRANCH ->
                plain(
                        program,
                        random,
                        (p, f) -> p.opcode() == Opcode.BR_IF && f.type.results().isEmpty(),
                        p -> new Ins.Plain(p.opcode(), List.of(1L)));
            case LOCAL_ADDED -> {
                var f = pick(List.copyOf(program.reachedOutsideHooks()), random);
                f.locals.add(program.address());
                yield true;
            }
            case DATA_BYTE -> changeData(program, random);
            case PASSIVE_BYTE -> changePassiveData(program, random);
            case TABLE_SLOT -> {
                int slot = random.nextInt(program.table.size());
                var other = other(program.functions, program.table.get(slot), _ -> 0, random);
                other.ifPresent(f -> program.slotsInstead.put(slot, f));
                yield other.isPresent();
            }
            case TABLE_SIZE -> program.table.add(pick(program.table, random));
            case GLOBAL_VALUE -> {
                var old = program.globals.stream()
                        .filter(v -> !v.name.startsWith("new "))
                        .toList();
                pick(old, random).initial++;
                yield true;
            }
            case GLOBAL_MUTABILITY -> {
                var constant = program.globals.stream().filter(v -> !v.mutable).findFirst();
                constant.ifPresent(v -> v.mutable = true);
                yield constant.isPresent();
            }
            case EXPORT_TARGET ->
                program.exports.put(
                                "entry 0",
                                other(program.functions, entry(program), f -> f.type, random)
                                        .orElseThrow())
                        != null;
            case EXPORT_REMOVED -> program.exports.remove("entry 0") != null;
            case EXPORT_ADDED -> program.exports.put("entry more", entry(program)) == null;
            case MEMORY_MINIMUM -> program.pagesMin-- > 0;
            case MEMORY_MAXIMUM -> program.pagesMax-- > 0;
            case HOOK_SETS_TABLE -> {
                var body = hook(program).body;
                body.addAll(
                        0,
                        List.of(
                                new Ins.Plain(Opcode.I32_CONST, List.of(1L)),
                                new Ins.Plain(Opcode.REF_NULL, List.of(0x70L)),
                                new Ins.Plain(Opcode.TABLE_SET, List.of(0L))));
                yield true;
            }
        };
    }

    private static Fn entry(Program program) {
        return export(program, "entry 0");
    }

    private static Fn hook(Program program) {
        return export(program, "hook before");
    }

    private static Fn export(Program program, String name) {
        var f = program.exports.get(name);
        if (f == null) {
            throw new IllegalArgumentException("the program has no export " + name);
        }
        return f;
    }

    private static Optional<Ins> otherLocal(Ins.Plain plain, Fn f) {
        if (plain.opcode() != Opcode.LOCAL_GET && plain.opcode() != Opcode.LOCAL_SET) {
            return Optional.empty();
        }
        long local = plain.operands().getFirst() - f.type.parameters().size();
        // The first four locals are two of each type.
        return local < 0 || local > 3
                ? Optional.empty()
                : Optional.of(new Ins.Plain(
                        plain.opcode(),
                        List.of((local ^ 1) + f.type.parameters().size())));
    }

    private static boolean changeData(Program program, Random random) {
        List<Datum> present = program.data.stream().filter(d -> !d.isZero()).toList();
        if (present.isEmpty()) {
            return false;
        }
        byte[] content = pick(present, random).content;
        // The first 16 bytes may hold pointers, which are written over what is there.
        content[16 + random.nextInt(content.length - 16)] += (byte) (1 + random.nextInt(255));
        return true;
    }

    private static boolean changePassiveData(Program program, Random random) {
        var used = new ArrayList<byte[]>();
        for (Fn f : program.reachedOutsideHooks()) {
            for (Ins ins : f.body) {
                if (ins instanceof Ins.Init(var blob)) {
                    used.add(blob.content);
                }
            }
        }
        if (used.isEmpty()) {
            return false;
        }
        byte[] content = pick(used, random);
        content[random.nextInt(content.length)] += (byte) (1 + random.nextInt(255));
        return true;
    }

    private interface Choice {
        boolean takes(Ins.Plain plain, Fn f);
    }

    private static boolean plain(Program program, Random random, Choice choice, Function<Ins.Plain, Ins.Plain> change) {
        return replace(
                program,
                random,
                Ins.Plain.class,
                (p, f) -> choice.takes(p, f) ? Optional.of(change.apply(p)) : Optional.empty());
    }

    private interface Change<T> {
        Optional<? extends Ins> of(T ins, Fn f);
    }

    /// Changes one of the instructions that can be changed.
    private static <T extends Ins> boolean replace(Program program, Random random, Class<T> type, Change<T> change) {
        var changes = new ArrayList<Runnable>();
        for (Fn f : program.reachedOutsideHooks()) {
            for (int i = 0; i < f.body.size(); i++) {
                int at = i;
                if (type.isInstance(f.body.get(at))) {
                    change.of(type.cast(f.body.get(at)), f)
                            .ifPresent(changed -> changes.add(() -> f.body.set(at, changed)));
                }
            }
        }
        if (changes.isEmpty()) {
            return false;
        }
        pick(changes, random).run();
        return true;
    }

    private static <T> Optional<T> other(List<T> all, T one, Function<T, Object> kind, Random random) {
        var others = all.stream()
                .filter(o -> !o.equals(one) && kind.apply(o).equals(kind.apply(one)))
                .toList();
        return others.isEmpty() ? Optional.empty() : Optional.of(pick(others, random));
    }

    private static <T> T pick(List<T> items, Random random) {
        return items.get(random.nextInt(items.size()));
    }
}
